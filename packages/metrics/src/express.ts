import type { IncomingMessage, ServerResponse } from "node:http";
import type { ObservedRequest } from "./request-metrics.ts";

/** What is read of a request; Express fills in the route once it has chosen one. */
export interface WatchedRequest extends IncomingMessage {
  readonly baseUrl?: string;
  readonly route?: { readonly path?: unknown };
}

/** The path of a request that no route matched. */
export const UNMATCHED = "unmatched";

/** Reports a request of an Express application when it has ended. */
export function watchRequest(
  request: WatchedRequest,
  response: ServerResponse,
  observe: (request: ObservedRequest) => void,
): void {
  const startedAt = performance.now();
  response.once("close", () => {
    const { method = "", baseUrl = "", route } = request;
    // A pattern given as a regular expression or a list has no template to show.
    const path = typeof route?.path === "string" ? baseUrl + route.path : UNMATCHED;
    observe({ method, path, status: response.statusCode, durationMs: performance.now() - startedAt });
  });
}
