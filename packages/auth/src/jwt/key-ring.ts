import type { webcrypto } from "node:crypto";
import type { PublicKeyAlgorithm, TokenAlgorithm } from "./algorithm.ts";
import { importPublicKey, importSecret, type PublicKey } from "./import-key.ts";
import { createRemoteKeys, type RemoteKeysOptions } from "./remote-keys.ts";

/** Tokens signed with a shared secret. */
export interface SecretKeys {
  readonly algorithm: "HS256";
  readonly secret: string;
  /** The secret before the last rotation: it still verifies and never signs. @default none */
  readonly previousSecret?: string;
  /** When the previous secret stops being accepted, in milliseconds since 1970. @default never, as long as it is given */
  readonly previousUntil?: number;
}

/** Tokens signed with a private key whose public part is known here; several during a rotation. */
export interface PublicKeys {
  readonly algorithm: PublicKeyAlgorithm;
  readonly publicKeys: readonly PublicKey[];
}

/** Tokens of an issuer that publishes its keys. */
export interface RemoteKeys extends RemoteKeysOptions {
  readonly algorithm: PublicKeyAlgorithm;
}

/** What tokens are verified with. The algorithm is fixed here and never taken from a token. */
export type VerifierKeys = SecretKeys | PublicKeys | RemoteKeys;

/** A key, and for how long what it verified may be believed without asking again. */
export interface VerificationKey {
  readonly key: webcrypto.CryptoKey;
  /** Milliseconds since 1970; `Infinity` when the key is fixed. */
  readonly usableUntil: number;
}

/** The keys that may have signed a token. */
export interface KeyRing {
  readonly algorithm: TokenAlgorithm;
  /** Keys to try, in order. Rejects with an `AuthError`. */
  find(keyId: string | undefined, nowMs: number): Promise<readonly VerificationKey[]>;
}

/** Reads every key; throws {@link AuthSetupError} for one that cannot be used. */
export function createKeyRing(keys: VerifierKeys): KeyRing {
  if ("jwksUrl" in keys) return createRemoteKeys(keys.algorithm, keys);
  const fixed = keys.algorithm === "HS256" ? secretKeys(keys) : publicKeys(keys);
  return {
    algorithm: keys.algorithm,
    find: async (_keyId, nowMs) => fixed.filter(({ usableUntil }) => nowMs < usableUntil),
  };
}

function secretKeys({ secret, previousSecret, previousUntil = Infinity }: SecretKeys): VerificationKey[] {
  const current = { key: importSecret(secret), usableUntil: Infinity };
  if (previousSecret === undefined) return [current];
  return [current, { key: importSecret(previousSecret), usableUntil: previousUntil }];
}

function publicKeys({ algorithm, publicKeys: keys }: PublicKeys): VerificationKey[] {
  if (keys.length === 0) throw new TypeError("publicKeys must have at least one key.");
  return keys.map((key) => ({ key: importPublicKey(key, algorithm), usableUntil: Infinity }));
}
