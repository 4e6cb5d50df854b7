import { ShaperailError } from "@shaperail/core";

export type AuthErrorCode =
  /** 401: the endpoint needs credentials and none were sent. */
  | "AUTH_CREDENTIALS_MISSING"
  /** 401: the token cannot be read: not three parts of base64url, too long, a repeated key, or a header that is not accepted. */
  | "AUTH_TOKEN_MALFORMED"
  /** 401: no key that is configured signed the token. */
  | "AUTH_TOKEN_UNTRUSTED"
  /** 401: the token's `exp` has passed. */
  | "AUTH_TOKEN_EXPIRED"
  /** 401: a claim is missing, has the wrong type, or is meant for something else; `reason` names it. */
  | "AUTH_TOKEN_CLAIM_INVALID"
  /** 401: the token was genuine and has been revoked. */
  | "AUTH_TOKEN_REVOKED"
  /** 401: the name and password, or whatever the application asks for, are not right. */
  | "AUTH_CREDENTIALS_WRONG"
  /** 401: the refresh token is unknown, expired or revoked, or its subject may not go on. */
  | "AUTH_REFRESH_TOKEN_INVALID"
  /** 401: the refresh token was spent before, so that somebody has a copy; its session has been revoked. */
  | "AUTH_REFRESH_TOKEN_REUSED"
  /** 401: the API key is mistyped, unknown, expired or revoked. */
  | "AUTH_API_KEY_INVALID"
  /** 422: the body of a token request is not what is asked for; `details.issues` has one entry per field. */
  | "AUTH_BODY_INVALID"
  /** 403: the caller is known but may not do this. */
  | "AUTH_FORBIDDEN"
  /** 429: too many requests; `Retry-After` says when to come back. */
  | "AUTH_RATE_LIMITED"
  /** 503: the key set that tokens are verified with cannot be fetched. */
  | "AUTH_KEYS_UNAVAILABLE";

/** The one place where a code becomes a status. */
const STATUS_BY_CODE: Readonly<Record<AuthErrorCode, number>> = Object.freeze({
  AUTH_CREDENTIALS_MISSING: 401,
  AUTH_TOKEN_MALFORMED: 401,
  AUTH_TOKEN_UNTRUSTED: 401,
  AUTH_TOKEN_EXPIRED: 401,
  AUTH_TOKEN_CLAIM_INVALID: 401,
  AUTH_TOKEN_REVOKED: 401,
  AUTH_CREDENTIALS_WRONG: 401,
  AUTH_REFRESH_TOKEN_INVALID: 401,
  AUTH_REFRESH_TOKEN_REUSED: 401,
  AUTH_API_KEY_INVALID: 401,
  AUTH_BODY_INVALID: 422,
  AUTH_FORBIDDEN: 403,
  AUTH_RATE_LIMITED: 429,
  AUTH_KEYS_UNAVAILABLE: 503,
});

/** What an {@link AuthError} carries besides its message. */
export interface AuthErrorOptions {
  readonly code: AuthErrorCode;
  /** Why, for the log: a phrase that holds nothing of the credentials. Never sent. @default the message */
  readonly reason?: string;
  /** What the operator can do. It is logged, never sent. */
  readonly hint?: string;
  /** Response headers that belong to the answer, such as `WWW-Authenticate` or `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Machine-readable facts. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** The original error. It is logged, never sent. */
  readonly cause?: unknown;
}

/** A request that is refused. `message`, `status` and `headers` are for the client; `code`, `reason` and `hint` for the log. */
export class AuthError extends ShaperailError<AuthErrorCode> {
  override readonly name = "AuthError";
  readonly status: number;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string>> | undefined;

  constructor(message: string, { code, reason = message, hint, headers, details, cause }: AuthErrorOptions) {
    super(message, { code, hint, details, cause });
    this.status = STATUS_BY_CODE[code];
    this.reason = reason;
    this.headers = headers;
  }
}

export type AuthSetupErrorCode =
  /** A key or secret cannot be read, does not fit the algorithm, is too weak for it, or is private where a public one belongs. */
  | "AUTH_KEY_UNUSABLE"
  /** The URL of the key set is neither `https:` nor on this machine. */
  | "AUTH_JWKS_URL_REFUSED";

/** What was configured cannot work; thrown when something is created, never for a request. */
export class AuthSetupError extends ShaperailError<AuthSetupErrorCode> {
  override readonly name = "AuthSetupError";
}
