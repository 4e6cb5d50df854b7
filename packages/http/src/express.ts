import type { IncomingMessage, ServerResponse } from "node:http";
import type { Express } from "express";
import { createDispatch, type DispatchOptions } from "./app.ts";
import type { Route } from "./exchange.ts";
import { createRouter } from "./router.ts";

/** A middleware as Express takes it; it needs nothing of Express but the call. */
export type ExpressHandler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

const NO_HEADERS: readonly string[] = Object.freeze([]);

/**
 * Routes as one middleware for an Express service of your own: `app.use(toExpressHandler(routes))`.
 *
 * What no route matches goes to `next()`, a known path with another method too. The service keeps the say over
 * security headers, CORS, compression and limits; the request id and the error envelope are ours.
 */
export function toExpressHandler(routes: readonly Route[], options: DispatchOptions = {}): ExpressHandler {
  const router = createRouter(routes, 8_192);
  const dispatch = createDispatch({ ...options, headersFor: () => NO_HEADERS, compressor: undefined });
  return (request, response, next) => {
    const match = router.find(request.method ?? "", request.url ?? "");
    if (match === undefined) next();
    else dispatch(request, response, match);
  };
}

/**
 * An Express application for one's own routes beside ours, as `app` of `createHttpApp`: it says nothing about itself,
 * and computes no entity tags. What it does not answer, and every error, ends in the error envelope.
 *
 * Express is loaded here, so a service without routes of its own does not pay for it.
 */
export async function createExpressBase(): Promise<Express> {
  const { default: express } = await import("express");
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  return app;
}
