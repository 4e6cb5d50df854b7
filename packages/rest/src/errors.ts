import { ShaperailError } from "@shaperail/core";

export type RestErrorCode =
  /** A resource file names a controller or handler that the application does not export; the start is refused. */
  "REST_FUNCTION_MISSING";

/** What this package throws while routes are compiled. Requests are answered with `HttpError`. */
export class RestError extends ShaperailError<RestErrorCode> {
  override readonly name = "RestError";
}
