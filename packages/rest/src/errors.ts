import { ShaperailError } from "@shaperail/core";

export type RestErrorCode =
  /** An endpoint is declared that this version cannot answer; the start is refused. */
  "REST_ENDPOINT_UNSUPPORTED";

/** What this package throws while routes are compiled. Requests are answered with `HttpError`. */
export class RestError extends ShaperailError<RestErrorCode> {
  override readonly name = "RestError";
}
