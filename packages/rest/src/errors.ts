import { ShaperailError } from "@shaperail/core";

export type RestErrorCode =
  /** A resource file names a controller or handler that the application does not export; the start is refused. */
  | "REST_FUNCTION_MISSING"
  /** An endpoint declares `rate_limit` and nothing was given that counts its calls; the start is refused. */
  | "REST_LIMIT_MISSING"
  /** An endpoint declares `jobs` or `events` and nothing was given that stores them; the start is refused. */
  | "REST_OUTBOX_MISSING"
  /** Row-level security was asked for on a database that has no transactions here; the start is refused. */
  | "REST_TRANSACTION_MISSING";

/** What this package throws while routes are compiled. Requests are answered with `HttpError`. */
export class RestError extends ShaperailError<RestErrorCode> {
  override readonly name = "RestError";
}
