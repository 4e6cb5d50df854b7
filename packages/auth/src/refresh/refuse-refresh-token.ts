import { AuthError, type AuthErrorCode } from "../errors.ts";
import { UNAUTHORIZED_MESSAGE } from "../refusal.ts";

export interface RefuseRefreshTokenOptions {
  readonly code: Extract<AuthErrorCode, "AUTH_REFRESH_TOKEN_INVALID" | "AUTH_REFRESH_TOKEN_REUSED">;
  /** For the log. */
  readonly reason: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** One answer for an unknown, expired, revoked and reused token, so that a thief learns nothing. */
export function refuseRefreshToken({ code, reason, details }: RefuseRefreshTokenOptions): AuthError {
  return new AuthError(UNAUTHORIZED_MESSAGE, {
    code,
    reason,
    details,
    // The token came in the body, and nothing is wrong with the way it came: RFC 9110 wants a challenge all the same.
    headers: { "WWW-Authenticate": "Bearer" },
  });
}
