import { createPublicKey, createSecretKey, type JsonWebKey, type KeyObject } from "node:crypto";
import type { webcrypto } from "node:crypto";
import { AuthSetupError } from "../errors.ts";
import type { PublicKeyAlgorithm } from "./algorithm.ts";

/** A public key as PEM text (`-----BEGIN PUBLIC KEY-----`), as a JWK, or as the JSON text of a JWK. */
export type PublicKey = string | Readonly<Record<string, unknown>>;

interface KeyKind {
  readonly algorithm: webcrypto.RsaHashedImportParams | webcrypto.EcKeyImportParams | webcrypto.Algorithm;
  /** What the key has to be, for the message. */
  readonly expects: string;
  fits(key: KeyObject): boolean;
}

const KIND_BY_ALGORITHM: Readonly<Record<PublicKeyAlgorithm, KeyKind>> = {
  RS256: {
    algorithm: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
    expects: "an RSA key of at least 2048 bits",
    // RFC 7518 §3.3.
    fits: (key) => key.asymmetricKeyType === "rsa" && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2_048,
  },
  ES256: {
    algorithm: { name: "ECDSA", namedCurve: "P-256" },
    expects: "a key on the curve P-256",
    fits: (key) => key.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === "prime256v1",
  },
  EdDSA: {
    algorithm: { name: "Ed25519" },
    expects: "an Ed25519 key",
    fits: (key) => key.asymmetricKeyType === "ed25519",
  },
};

/** The key of a secret; throws `AUTH_KEY_UNUSABLE` when it is empty, or a public key, which everybody knows. */
export function importSecret(secret: string): webcrypto.CryptoKey {
  if (secret === "") throw unusable("The signing secret is empty.");
  if (secret.includes("-----BEGIN")) throw unusable("The signing secret is a key in PEM form.");
  const usages: webcrypto.KeyUsage[] = ["sign", "verify"];
  // A CryptoKey that is made once: jose would make one of a plain secret for every token.
  return createSecretKey(Buffer.from(secret)).toCryptoKey({ name: "HMAC", hash: "SHA-256" }, false, usages);
}

/** The key of a PEM text or JWK; throws `AUTH_KEY_UNUSABLE` when it is not public or does not fit the algorithm. */
export function importPublicKey(key: PublicKey, algorithm: PublicKeyAlgorithm): webcrypto.CryptoKey {
  const kind = KIND_BY_ALGORITHM[algorithm];
  const object = toKeyObject(key);
  if (!kind.fits(object)) throw unusable(`The public key does not fit ${algorithm}, which needs ${kind.expects}.`);
  return object.toCryptoKey(kind.algorithm, true, ["verify"]);
}

function toKeyObject(key: PublicKey): KeyObject {
  const pemOrJwk = typeof key === "string" && key.trimStart().startsWith("{") ? parseJwk(key) : key;
  // Node would derive the public key and say nothing; but a private key has no business on a machine that verifies.
  if (typeof pemOrJwk === "string" ? pemOrJwk.includes("PRIVATE KEY-----") : "d" in pemOrJwk || "k" in pemOrJwk) {
    throw unusable("A private key was given where a public one belongs.");
  }
  try {
    return createPublicKey(typeof pemOrJwk === "string" ? pemOrJwk : { key: pemOrJwk as JsonWebKey, format: "jwk" });
  } catch (error) {
    throw unusable("The public key is neither PEM nor a JWK.", error);
  }
}

function parseJwk(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    // Without the cause: the message of a syntax error quotes the text, which may be a private key.
    throw unusable("The public key is neither PEM nor a JWK.");
  }
}

function unusable(message: string, cause?: unknown): AuthSetupError {
  const hint = "Give the secret for HS256, or the public key as PEM (`-----BEGIN PUBLIC KEY-----`) or JWK.";
  return new AuthSetupError(message, { code: "AUTH_KEY_UNUSABLE", hint, cause });
}
