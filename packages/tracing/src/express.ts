import type { IncomingMessage, ServerResponse } from "node:http";
import type { RequestSpan, TracedRequest } from "./tracing.ts";

/** What is read of a request; Express fills in the route once it has chosen one. */
export interface WatchedRequest extends IncomingMessage {
  readonly originalUrl?: string;
  readonly baseUrl?: string;
  readonly route?: { readonly path?: unknown };
}

/** A middleware of Express. */
export type WatchRequest = (request: WatchedRequest, response: ServerResponse, next: () => void) => void;

/** A middleware that opens a span for each request, below which everything that follows runs. */
export function watchWith(startRequest: (request: TracedRequest) => RequestSpan): WatchRequest {
  return (request, response, next) => {
    const { method = "", originalUrl, url = "", headers } = request;
    const span = startRequest({ method, url: originalUrl ?? url, headers });
    response.once("close", () => {
      const { baseUrl = "", route } = request;
      // A pattern given as a regular expression or a list has no template to show.
      const template = typeof route?.path === "string" ? baseUrl + route.path : undefined;
      span.end({ status: response.statusCode, route: template, aborted: !response.writableFinished });
    });
    span.run(next);
  };
}
