import { HttpError } from "./errors.ts";

const GENERIC_MESSAGE = "Internal server error";

/** Anything thrown, as the error the client may see. What is not an {@link HttpError} becomes `INTERNAL_ERROR`. */
export function toHttpError(thrown: unknown): HttpError {
  return thrown instanceof HttpError
    ? thrown
    : new HttpError(GENERIC_MESSAGE, { code: "INTERNAL_ERROR", cause: thrown });
}

/** The error envelope as JSON text: `{"error":{"code","status","message","request_id","details"}}`. */
export function errorEnvelope(error: HttpError, requestId: string): string {
  return JSON.stringify({
    error: {
      code: error.code,
      status: error.status,
      message: error.code === "INTERNAL_ERROR" ? GENERIC_MESSAGE : error.message,
      request_id: requestId,
      details: error.code === "VALIDATION_ERROR" ? (error.issues ?? []) : null,
    },
  });
}
