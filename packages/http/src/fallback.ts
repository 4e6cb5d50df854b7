import type { IncomingMessage, ServerResponse } from "node:http";
import { toError } from "@shaperail/core";
import { HttpError, type HttpErrorCode, STATUS_BY_CODE } from "./errors.ts";
import type { Exchange, Route } from "./exchange.ts";
import { createExpressPaths, type ExpressPath } from "./express-path.ts";
import { type Match, UNMATCHED } from "./router.ts";
import { sendError } from "./send.ts";

/** Answers a request or passes it on: an Express application is one. */
export type Fallback = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => unknown;

/**
 * Prepares a fallback, and stops an Express application from saying in every response that it is one. The matches it
 * makes ask the fallback, and refuse when it passes the request on.
 */
export function createFallback(fallback: Fallback): (refused: Match) => Match {
  if ("disable" in fallback && typeof fallback.disable === "function") fallback.disable("x-powered-by");
  const watch = createExpressPaths();

  return (refused) => {
    let pathOf: ExpressPath = () => undefined;
    const handle = async (exchange: Exchange): Promise<void> => {
      const { request, response, baseHeaders } = exchange;
      // Whoever answers here does not know send(), so what every response carries is set beforehand.
      for (let index = 0; index < baseHeaders.length; index += 2) {
        response.setHeader(baseHeaders[index] ?? "", baseHeaders[index + 1] ?? "");
      }
      response.setHeader("X-Request-Id", exchange.requestId);
      pathOf = watch(request);
      const passOn = async (error?: unknown): Promise<void> => {
        if (error !== undefined && error !== null) throw toHttpErrorByStatus(error);
        // Routes that only looked at the request did not answer it.
        pathOf = () => refused.route.path;
        await refused.route.handle(exchange);
      };
      const next = (error?: unknown): void => {
        passOn(error).catch((failure: unknown) => sendError(exchange, failure));
      };
      await fallback(request, response, next);
    };
    const route: Route = {
      method: "GET",
      handle,
      get path() {
        return pathOf() ?? UNMATCHED;
      },
    };
    return { ...refused, route };
  };
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
