import { AuthError, type AuthErrorCode } from "./errors.ts";

/** The one sentence a client hears for every 401, so that it learns nothing about what was wrong. */
export const UNAUTHORIZED_MESSAGE = "The credentials are missing or not valid.";

/** The one sentence a client hears for every 403. */
export const FORBIDDEN_MESSAGE = "You may not do this.";

/** Why credentials are not accepted. */
export interface RefusalOptions {
  readonly code: AuthErrorCode;
  /** For the log: a phrase that holds nothing of the credentials. */
  readonly reason: string;
  /** What the operator can do. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** The error for a bearer token that is not accepted, with the challenge of RFC 6750 §3. */
export function refuseToken({ code, reason, hint, cause }: RefusalOptions): AuthError {
  const headers = { "WWW-Authenticate": 'Bearer error="invalid_token"' };
  return new AuthError(UNAUTHORIZED_MESSAGE, { code, reason, hint, headers, cause });
}

/** The error for a request without credentials: RFC 6750 §3.1 wants no error code in the challenge then. */
export function refuseAnonymous(): AuthError {
  return new AuthError(UNAUTHORIZED_MESSAGE, {
    code: "AUTH_CREDENTIALS_MISSING",
    reason: "no credentials were sent",
    headers: { "WWW-Authenticate": "Bearer" },
  });
}
