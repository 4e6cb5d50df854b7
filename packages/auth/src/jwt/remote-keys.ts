import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors as joseErrors } from "jose";
import { AuthError, AuthSetupError } from "../errors.ts";
import { refuseToken } from "../refusal.ts";
import type { PublicKeyAlgorithm } from "./algorithm.ts";
import type { KeyRing } from "./key-ring.ts";
import { readBounded } from "./read-bounded.ts";

/** Where an issuer publishes its keys, and how long they are believed. */
export interface RemoteKeysOptions {
  /** URL of the key set (JWKS): `https:`, or on this machine. */
  readonly jwksUrl: string;
  /** Accepts `http:` to another machine, for development: whoever can change the answer can sign tokens. @default false */
  readonly allowHttp?: boolean;
  /** Longest time for a fetch, in milliseconds. @default 5_000 */
  readonly timeoutMs?: number;
  /** Shortest time between two fetches because of an unknown key id, in milliseconds. @default 30_000 */
  readonly cooldownMs?: number;
  /** How long a fetched set is used, in milliseconds; a key that was taken back is refused after it. @default 600_000 */
  readonly maxAgeMs?: number;
}

// A key set of ten RSA keys with certificates is about 30 KiB.
const MAX_BYTES = 262_144;
// While the issuer is down, requests must neither wait for it one by one nor keep it from coming up.
const RETRY_AFTER_FAILURE_MS = 2_000;

/** The keys an issuer publishes, fetched when a token needs them; throws `AUTH_JWKS_URL_REFUSED`. */
export function createRemoteKeys(
  algorithm: PublicKeyAlgorithm,
  { jwksUrl, allowHttp = false, timeoutMs = 5_000, cooldownMs = 30_000, maxAgeMs = 600_000 }: RemoteKeysOptions,
): KeyRing {
  let fetchedAt = 0;
  let failure: { readonly at: number; readonly error: unknown } | undefined;
  const keySet = createRemoteJWKSet(checkUrl(jwksUrl, allowHttp), {
    timeoutDuration: timeoutMs,
    cooldownDuration: cooldownMs,
    cacheMaxAge: maxAgeMs,
    async [customFetch](url, options) {
      if (failure !== undefined && Date.now() < failure.at + RETRY_AFTER_FAILURE_MS) throw failure.error;
      try {
        const response = await fetch(url, options);
        if (response.status !== 200) throw new Error(`The key set was answered with status ${response.status}.`);
        const body = await readBounded(response, MAX_BYTES);
        // Throws for anything but a key set: an answer that is none counts as a failure too.
        createLocalJWKSet(JSON.parse(body));
        failure = undefined;
        fetchedAt = Date.now();
        return new Response(body);
      } catch (error) {
        failure = { at: Date.now(), error };
        throw error;
      }
    },
  });
  return {
    algorithm,
    async find(keyId, nowMs) {
      try {
        // The key id selects among the keys that were fetched, and goes nowhere else.
        const key = await keySet({ alg: algorithm, ...(keyId !== undefined && { kid: keyId }) });
        // The age of the set goes by the machine's clock, as jose's does; a test may have given the verifier another.
        return [{ key, usableUntil: nowMs + maxAgeMs - (Date.now() - fetchedAt) }];
      } catch (error) {
        throw toAuthError(error);
      }
    },
  };
}

function toAuthError(cause: unknown): AuthError {
  if (cause instanceof joseErrors.JWKSNoMatchingKey) {
    const reason = "the key set has no key of the token's key id for this algorithm";
    return refuseToken({ code: "AUTH_TOKEN_UNTRUSTED", reason, cause });
  }
  if (cause instanceof joseErrors.JWKSMultipleMatchingKeys) {
    const reason = "the token does not say by which of several keys it was signed";
    return refuseToken({ code: "AUTH_TOKEN_UNTRUSTED", reason, cause });
  }
  return new AuthError("Credentials cannot be verified at the moment.", {
    code: "AUTH_KEYS_UNAVAILABLE",
    reason: "the key set cannot be fetched or read",
    hint: "Look at the cause, and at the URL of the key set from this machine.",
    headers: { "Retry-After": "5" },
    cause,
  });
}

function checkUrl(text: string, allowHttp: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLocal = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url?.hostname ?? "");
  const isHttp = url?.protocol === "http:" && (allowHttp || isLocal);
  if (url !== undefined && url.username === "" && (url.protocol === "https:" || isHttp)) return url;
  throw new AuthSetupError("The URL of the key set is not one that keys can be trusted from.", {
    code: "AUTH_JWKS_URL_REFUSED",
    hint: "Use an https: URL without a user name; http: is accepted on this machine, and elsewhere only when allowed.",
  });
}
