export type { Answer } from "./answer.ts";
export { createHttpApp, type DispatchOptions, type Finish, type HttpApp, type HttpAppOptions } from "./app.ts";
export {
  type ClientAddress,
  type ClientAddressOptions,
  createClientAddress,
  type TrustProxy,
} from "./client-address.ts";
export type { CompressionOptions, Compressor } from "./compressor.ts";
export type { CorsOptions } from "./cors.ts";
export {
  type FieldIssue,
  HttpError,
  type HttpErrorCode,
  type HttpErrorOptions,
  HttpServerError,
  type HttpServerErrorCode,
} from "./errors.ts";
export { type ExactNumber, isExactNumber, toExactNumber } from "./exact-number.ts";
export type { Exchange, Route, RouteMethod } from "./exchange.ts";
export { createExpressBase, type ExpressHandler, toExpressHandler } from "./express.ts";
export type { Fallback } from "./fallback.ts";
export { type JsonLimits, parseJson } from "./json-text.ts";
export { readBody } from "./read-body.ts";
export { readJson, type ReadJsonOptions } from "./read-json.ts";
export type { DrainOptions, DrainOutcome } from "./drain.ts";
export { createHttpServer, type HttpServer, type HttpServerOptions } from "./server.ts";
export { send, sendError, sendJson } from "./send.ts";
export { signalOf } from "./signal.ts";
