import type { IncomingMessage, ServerResponse } from "node:http";
import { type Logger, noopLogger } from "@shaperail/core";
import { addPlainTags } from "./coded-tags.ts";
import { type CompressionOptions, type Compressor, createCompressor } from "./compressor.ts";
import { type CorsOptions, createCors, type HeadersFor } from "./cors.ts";
import { HttpError } from "./errors.ts";
import type { Exchange, Route } from "./exchange.ts";
import { createFallback, type Fallback } from "./fallback.ts";
import { misdirected } from "./misdirected.ts";
import { requestIdOf } from "./request-id.ts";
import { createRouter, type Match, refusal } from "./router.ts";
import { securityHeaders } from "./security-headers.ts";
import { sendError } from "./send.ts";

/** How a request ended. */
export interface Finish {
  /** The status of the response, as far as it got. */
  readonly status: number;
  /** From arrival to the last byte handed to the system, in milliseconds. */
  readonly durationMs: number;
  /** True when the connection ended before the answer was complete. */
  readonly aborted: boolean;
}

/** What can be attached to every request. */
export interface DispatchOptions {
  /**
   * Where failed requests are reported.
   * @default noopLogger
   */
  readonly logger?: Logger;
  /** Told once per request when it ended, well or not: the place for the access log and the request metrics. */
  readonly onFinish?: (exchange: Exchange, finish: Finish) => void;
  /** Wraps the work on a request, to put a context around it. It must call `run` exactly once, at once. */
  readonly around?: (exchange: Exchange, run: () => void) => void;
}

/** What {@link createHttpApp} needs. */
export interface HttpAppOptions extends DispatchOptions {
  readonly routes: readonly Route[];
  /**
   * An Express application, or any `(request, response, next)` handler, for what no route matches. Its `x-powered-by`
   * is switched off.
   */
  readonly app?: Fallback;
  /**
   * Longest URL, in characters; a longer one is answered 414.
   * @default 8_192
   */
  readonly maxUrlLength?: number;
  /**
   * Compresses what `send` and `sendJson` answer, with br or gzip, for clients that ask. What the Express application
   * answers stays as it is.
   * @default true
   */
  readonly compression?: boolean | CompressionOptions;
  /**
   * Lets pages of other origins read the answers; those of the Express application too.
   * @default no page of another origin may
   */
  readonly cors?: CorsOptions;
}

/** Answers requests; give its `handle` to {@link createHttpServer} or to `node:http`. */
export interface HttpApp {
  /** Starts answering, and returns the exchange, so that a server can name what it had to cut. Never throws. */
  handle(request: IncomingMessage, response: ServerResponse): Exchange;
}

/**
 * Builds the request handler: routes first, in constant time, then the Express application, then the error envelope.
 *
 * Express is only walked for what no route matches: per request it costs 20 to 100 times as much as the dispatch here.
 * @throws TypeError when a route or an origin is not valid, or a route is there twice.
 */
export function createHttpApp({
  routes,
  app: fallback,
  logger = noopLogger,
  onFinish,
  around,
  maxUrlLength = 8_192,
  compression = true,
  cors,
}: HttpAppOptions): HttpApp {
  const router = createRouter(routes, maxUrlLength);
  const baseHeaders = Object.freeze(securityHeaders());
  const askFallback = fallback === undefined ? undefined : createFallback(fallback);
  const tooLong = refusal(
    () => new HttpError(`The URL is longer than ${maxUrlLength} characters.`, { code: "URI_TOO_LONG" }),
  );

  const match = (method: string, url: string): Match => {
    if (url.length > maxUrlLength) return tooLong;
    const found = router.find(method, url);
    if (found !== undefined) return found;
    const refused = router.refuse(method, url);
    return askFallback === undefined ? refused : askFallback(refused);
  };

  const compressor = compression === false ? undefined : createCompressor(compression === true ? {} : compression);
  const headersFor = cors === undefined ? () => baseHeaders : createCors(cors, baseHeaders);
  const dispatch = createDispatch({ headersFor, compressor, logger, onFinish, around });
  const handle = (request: IncomingMessage, response: ServerResponse): Exchange =>
    dispatch(request, response, match(request.method ?? "", request.url ?? ""));
  return { handle };
}

type Dispatch = (request: IncomingMessage, response: ServerResponse, match: Match) => Exchange;

/** What {@link createDispatch} needs. */
interface DispatchParts extends DispatchOptions {
  readonly headersFor: HeadersFor;
  readonly compressor: Compressor | undefined;
}

/** Runs the handler of a match, with everything that surrounds it. */
export function createDispatch({
  headersFor,
  compressor,
  logger = noopLogger,
  onFinish,
  around,
}: DispatchParts): Dispatch {
  // Writing to a client that left emits `error` on the response; with no listener node ends the process.
  const onResponseError = (error: Error): void => logger.debug("the response could not be written", { error });

  const finish = (exchange: Exchange): void => {
    try {
      const durationMs = performance.now() - exchange.startedAt;
      const aborted = !exchange.response.writableFinished;
      onFinish?.(exchange, { status: exchange.response.statusCode, durationMs, aborted });
    } catch (error) {
      logger.error("onFinish failed", { error });
    }
  };

  const run = (exchange: Exchange): void => {
    try {
      exchange.route.handle(exchange)?.catch((error: unknown) => sendError(exchange, error));
    } catch (error) {
      sendError(exchange, error);
    }
  };

  return (request, response, { route, params, query }) => {
    const startedAt = performance.now();
    const requestId = requestIdOf(request);
    if (compressor !== undefined) addPlainTags(request);
    const exchange: Exchange = {
      request,
      response,
      requestId,
      route,
      params,
      query,
      startedAt,
      baseHeaders: headersFor(request),
      compressor,
      logger,
    };
    response.on("error", onResponseError);
    if (onFinish !== undefined) response.on("close", () => finish(exchange));
    const refused = misdirected(request);
    if (refused !== undefined) {
      sendError(exchange, refused);
    } else if (around === undefined) {
      run(exchange);
    } else {
      wrap(around, exchange, run);
    }
    return exchange;
  };
}

function wrap(
  around: (exchange: Exchange, run: () => void) => void,
  exchange: Exchange,
  run: (exchange: Exchange) => void,
): void {
  try {
    around(exchange, () => run(exchange));
  } catch (error) {
    sendError(exchange, error);
  }
}
