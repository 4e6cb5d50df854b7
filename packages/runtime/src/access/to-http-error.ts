import type { AuthError } from "@shaperail/auth";
import { type FieldIssue, HttpError, type HttpErrorCode } from "@shaperail/http";

/** Codes and texts that clients know the refusals by, whatever the reason. */
const BY_STATUS: Readonly<Record<number, { readonly code: HttpErrorCode; readonly message: string }>> = {
  401: { code: "UNAUTHORIZED", message: "Unauthorized" },
  403: { code: "FORBIDDEN", message: "Forbidden" },
  422: { code: "VALIDATION_ERROR", message: "Validation failed" },
  429: { code: "RATE_LIMITED", message: "Rate limit exceeded" },
  503: { code: "SERVICE_UNAVAILABLE", message: "Credentials cannot be checked at the moment" },
};

/** A refusal as the answer that a client gets. */
export function toHttpError(error: AuthError): HttpError {
  const { status, headers, details } = error;
  const { code, message } = BY_STATUS[status] ?? { code: "INTERNAL_ERROR" as const, message: error.message };
  const issues = status === 422 ? (details?.["issues"] as readonly FieldIssue[] | undefined) : undefined;
  return new HttpError(message, { code, headers, issues, hint: error.hint, cause: error });
}
