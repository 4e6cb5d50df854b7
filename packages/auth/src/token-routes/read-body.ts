import { AuthError } from "../errors.ts";

/** One broken rule of a body. */
export interface BodyIssue {
  readonly field: string;
  /** For programs: `required`, `invalid_type`, `too_long`, `unknown_field`, `invalid_body`. */
  readonly code: string;
  /** For people. */
  readonly message: string;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** Nobody's password is longer, and what checks one should not have to read a megabyte. */
const MAX_CREDENTIALS_CHARACTERS = 8_192;
const MAX_TOKEN_CHARACTERS = 512;

/** What the application's credential check is given: an object of a modest size. */
export function readCredentialsBody(body: unknown): JsonObject {
  const object = readObject(body);
  if (JSON.stringify(object, withoutBigInt).length <= MAX_CREDENTIALS_CHARACTERS) return object;
  const message = `must be at most ${MAX_CREDENTIALS_CHARACTERS} characters of JSON`;
  throw invalidBody([{ field: "body", code: "too_long", message }]);
}

// JSON.stringify throws at what whole numbers beyond 2^53 are read as.
function withoutBigInt(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

/** `{ "refresh_token": "…" }` and nothing else. */
export function readRefreshToken(body: unknown): string {
  const { refresh_token: token, ...others } = readObject(body);
  const issues: BodyIssue[] = Object.keys(others).map((field) => ({
    field,
    code: "unknown_field",
    message: "is not a field of this request",
  }));
  if (token === undefined) issues.unshift({ field: "refresh_token", code: "required", message: "is required" });
  else if (typeof token !== "string")
    issues.unshift({ field: "refresh_token", code: "invalid_type", message: "must be a text" });
  else if (token.length > MAX_TOKEN_CHARACTERS) {
    const message = `must be at most ${MAX_TOKEN_CHARACTERS} characters`;
    issues.unshift({ field: "refresh_token", code: "too_long", message });
  } else if (issues.length === 0) return token;
  throw invalidBody(issues);
}

function readObject(body: unknown): JsonObject {
  if (isObject(body)) return body;
  throw invalidBody([{ field: "body", code: "invalid_body", message: "must be an object" }]);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalidBody(issues: readonly BodyIssue[]): AuthError {
  return new AuthError("Validation failed", { code: "AUTH_BODY_INVALID", reason: "invalid body", details: { issues } });
}
