import { refuseToken } from "../refusal.ts";
import type { Subject } from "../subject.ts";

/** What a verified access token says. Frozen, and shared by every request that carries the token. */
export interface Claims extends Subject {
  /** When the token expires, in seconds since 1970. */
  readonly exp: number;
  /** When it was issued, in seconds since 1970; undefined when it does not say. */
  readonly iat: number | undefined;
  /** Identifier of the token (`jti`). */
  readonly tokenId: string | undefined;
  /** Identifier of the session it belongs to (`sid`), which is the family of its refresh token. */
  readonly sessionId: string | undefined;
  /** Every claim as it was sent, for an application's own. */
  readonly payload: Readonly<Record<string, unknown>>;
}

/** What the claims of a token are held against. */
export interface ClaimRules {
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
  readonly toleranceSeconds: number;
}

type Payload = Readonly<Record<string, unknown>>;

// The last second of the year 9999. A larger `exp` is one in milliseconds, or a token that was never meant to expire.
const MAX_SECONDS = 253_402_300_799;
// Claims become values of SQL and lines of a log; neither takes control characters.
// oxlint-disable-next-line no-control-regex
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f]/;

/** Whether a value can be an identifier in a token: text, not empty, and without control characters. */
export function isIdentifier(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.isWellFormed() && !CONTROL_CHARACTER.test(value);
}

/** The claims of an access token whose signature is good; throws `AUTH_TOKEN_CLAIM_INVALID` or `AUTH_TOKEN_EXPIRED`. */
export function readClaims(payload: Payload, rules: ClaimRules, nowMs: number): Claims {
  const tokenType = payload["token_type"];
  if (tokenType !== undefined && tokenType !== "access") throw invalid('token_type must be "access"');
  checkParties(payload, rules);
  const exp = readTime(payload, "exp");
  const iat = readTime(payload, "iat");
  const nbf = readTime(payload, "nbf");
  const now = nowMs / 1_000;
  if (exp === undefined) throw invalid("`exp` is missing");
  if (exp + rules.toleranceSeconds <= now) {
    throw refuseToken({ code: "AUTH_TOKEN_EXPIRED", reason: "the token has expired" });
  }
  if (nbf !== undefined && nbf - rules.toleranceSeconds > now) throw invalid("`nbf` is in the future");
  if (iat !== undefined && iat - rules.toleranceSeconds > now) throw invalid("`iat` is in the future");
  return Object.freeze({
    sub: required(payload, "sub"),
    role: required(payload, "role"),
    tenantId: optional(payload, "tenant_id"),
    exp,
    iat,
    tokenId: optional(payload, "jti"),
    sessionId: optional(payload, "sid"),
    payload,
  });
}

function checkParties({ iss, aud }: Payload, { issuer, audience }: ClaimRules): void {
  if (issuer !== undefined && iss !== issuer) throw invalid("`iss` is not the configured issuer");
  const audiences: unknown[] = Array.isArray(aud) ? aud : [aud];
  if (audience !== undefined && !audiences.includes(audience)) throw invalid("`aud` is not the configured audience");
  // RFC 7519 §4.1.3: who does not find itself in `aud` must refuse the token; and nobody is who was not told its name.
  if (audience === undefined && aud !== undefined) {
    throw invalid("`aud` names an audience and none is configured", "Set the audience that this service answers to.");
  }
}

function readTime(payload: Payload, name: string): number | undefined {
  const value = payload[name];
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !(value >= 0 && value <= MAX_SECONDS)) {
    throw invalid(`\`${name}\` is not a number of seconds since 1970`);
  }
  return value;
}

function required(payload: Payload, name: string): string {
  const value = payload[name];
  if (!isIdentifier(value)) throw invalid(`\`${name}\` is not a text`);
  return value;
}

/** Null counts as absent, as many issuers write it; it never grants anything. */
function optional(payload: Payload, name: string): string | undefined {
  return (payload[name] ?? undefined) === undefined ? undefined : required(payload, name);
}

function invalid(reason: string, hint?: string): Error {
  return refuseToken({ code: "AUTH_TOKEN_CLAIM_INVALID", reason, hint });
}
