import type { webcrypto } from "node:crypto";
import { type Clock, systemClock } from "@shaperail/core";
import { compactVerify, errors as joseErrors } from "jose";
import { refuseToken } from "../refusal.ts";
import { type Claims, type ClaimRules, readClaims } from "./claims.ts";
import { readJsonObject } from "./json-object.ts";
import { createKeyRing, type KeyRing, type VerifierKeys } from "./key-ring.ts";
import { readToken } from "./read-token.ts";
import { createVerifiedTokens, type VerifiedToken } from "./verified-tokens.ts";

/** Options of {@link createVerifier}. */
export interface VerifierOptions {
  /** What tokens are signed with. */
  readonly keys: VerifierKeys;
  /** Required value of `iss`. @default not looked at */
  readonly issuer?: string;
  /** Value that `aud` must have or contain. @default none: a token with `aud` is for somebody else, and refused */
  readonly audience?: string;
  /**
   * How far the clocks of issuer and service may differ, in seconds, at most 60. It covers machines kept by NTP; more
   * only lengthens the life of every token.
   * @default 5
   */
  readonly clockToleranceSeconds?: number;
  /** @default the machine's clock */
  readonly clock?: Clock;
  /** Asked for every request, also when the token was verified before, so it must be quick. @default nothing is revoked */
  readonly isRevoked?: (claims: Claims) => boolean;
  /** How many verified tokens are remembered; 0 verifies every time. @default 5_000 */
  readonly cacheSize?: number;
}

export interface Verifier {
  /**
   * The claims of an access token: at once when it was verified lately, otherwise a promise.
   *
   * Throws, or rejects with, {@link AuthError}: every 401 has the same message, and its own `code` and `reason`.
   */
  verify(token: string): Claims | Promise<Claims>;
  /** Forgets what was verified, so that it is verified anew; returns how many tokens those were. */
  forget(predicate: (claims: Claims) => boolean): number;
}

const MAX_TOLERANCE_SECONDS = 60;

/** Verifies access tokens; throws {@link AuthSetupError} for keys that cannot be used, `TypeError` for wrong options. */
export function createVerifier({
  keys,
  issuer,
  audience,
  clockToleranceSeconds = 5,
  clock = systemClock,
  isRevoked = () => false,
  cacheSize = 5_000,
}: VerifierOptions): Verifier {
  if (!(clockToleranceSeconds >= 0 && clockToleranceSeconds <= MAX_TOLERANCE_SECONDS)) {
    throw new TypeError(`clockToleranceSeconds must be from 0 to ${MAX_TOLERANCE_SECONDS}.`);
  }
  const ring = createKeyRing(keys);
  const rules = { issuer, audience, toleranceSeconds: clockToleranceSeconds };
  const verified = createVerifiedTokens(cacheSize);
  const flights = new Map<string, Promise<Claims>>();
  let generation = 0;

  const accept = (claims: Claims): Claims => {
    if (!isRevoked(claims)) return claims;
    throw refuseToken({ code: "AUTH_TOKEN_REVOKED", reason: "the token was revoked" });
  };
  const verifyAnew = async (token: string, keyId: string | undefined): Promise<Claims> => {
    const startedIn = generation;
    try {
      const { claims, validUntil } = await verifySignature(token, { ring, keyId, rules, clock });
      // What was forgotten in the meantime is not remembered.
      if (startedIn === generation) verified.add(token, { claims, validUntil });
      return accept(claims);
    } finally {
      flights.delete(token);
    }
  };
  return {
    verify(token) {
      const known = verified.get(token);
      if (known !== undefined && clock() < known.validUntil) return accept(known.claims);
      verified.delete(token);
      const running = flights.get(token);
      if (running !== undefined) return running;
      const { keyId } = readToken(token, ring.algorithm);
      const flight = verifyAnew(token, keyId);
      flights.set(token, flight);
      return flight;
    },
    forget(predicate) {
      generation += 1;
      return verified.forget(predicate);
    },
  };
}

interface Verification {
  readonly ring: KeyRing;
  readonly keyId: string | undefined;
  readonly rules: ClaimRules;
  readonly clock: Clock;
}

async function verifySignature(token: string, { ring, keyId, rules, clock }: Verification): Promise<VerifiedToken> {
  for (const { key, usableUntil } of await ring.find(keyId, clock())) {
    const bytes = await payloadOf(token, key, ring.algorithm);
    if (bytes === undefined) continue;
    const payload = readJsonObject(bytes);
    if (payload === undefined) {
      const reason = "decode failed: the claims are not a JSON object with unique keys";
      throw refuseToken({ code: "AUTH_TOKEN_MALFORMED", reason });
    }
    const claims = readClaims(payload, rules, clock());
    return { claims, validUntil: Math.min((claims.exp + rules.toleranceSeconds) * 1_000, usableUntil) };
  }
  throw refuseToken({ code: "AUTH_TOKEN_UNTRUSTED", reason: "no configured key signed the token" });
}

/** The signed bytes; undefined when another key signed them, if any did. */
async function payloadOf(token: string, key: webcrypto.CryptoKey, algorithm: string): Promise<Uint8Array | undefined> {
  try {
    const { payload } = await compactVerify(token, key, { algorithms: [algorithm] });
    return payload;
  } catch (cause) {
    if (cause instanceof joseErrors.JWSSignatureVerificationFailed) return undefined;
    throw refuseToken({ code: "AUTH_TOKEN_MALFORMED", reason: "the signature cannot be read", cause });
  }
}
