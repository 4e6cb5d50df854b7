import type { IncomingMessage, ServerResponse } from "node:http";
import { toError } from "@shaperail/core";
import { HttpError, type HttpErrorCode, STATUS_BY_CODE } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import { type Match, UNMATCHED } from "./router.ts";
import { sendError } from "./send.ts";

/** Answers a request or passes it on: an Express application is one. */
export type Fallback = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => unknown;

/** Stops an Express application from saying in every response that it is one. */
export function silence(fallback: Fallback): void {
  if ("disable" in fallback && typeof fallback.disable === "function") fallback.disable("x-powered-by");
}

/** A match that asks the fallback, and refuses when it passes the request on. */
export function fallbackMatch(fallback: Fallback, refused: Match): Match {
  const handle = async (exchange: Exchange): Promise<void> => {
    const { request, response, baseHeaders } = exchange;
    // Whoever answers here does not know send(), so what every response carries is set beforehand.
    for (let index = 0; index < baseHeaders.length; index += 2) {
      response.setHeader(baseHeaders[index] ?? "", baseHeaders[index + 1] ?? "");
    }
    response.setHeader("X-Request-Id", exchange.requestId);
    const passOn = async (error?: unknown): Promise<void> => {
      if (error !== undefined && error !== null) throw toHttpErrorByStatus(error);
      await refused.route.handle(exchange);
    };
    const next = (error?: unknown): void => {
      passOn(error).catch((failure: unknown) => sendError(exchange, failure));
    };
    await fallback(request, response, next);
  };
  return { ...refused, route: { method: "GET", path: UNMATCHED, handle } };
}

/**
 * The error of an Express middleware as ours. Those that mean the client's fault carry a 4xx `status` and say with
 * `expose` whether their message may be shown; everything else stays as it is and becomes a 500.
 */
function toHttpErrorByStatus(thrown: unknown): Error {
  const error = toError(thrown);
  if (error instanceof HttpError || !("status" in error) || typeof error.status !== "number") return error;
  const { status } = error;
  const code = (Object.keys(STATUS_BY_CODE) as HttpErrorCode[]).find((known) => STATUS_BY_CODE[known] === status);
  if (status < 400 || status >= 500) return error;
  const shown = "expose" in error && error.expose === true;
  return new HttpError(shown ? error.message : "The request was refused.", {
    code: code ?? "BAD_REQUEST",
    cause: error,
  });
}
