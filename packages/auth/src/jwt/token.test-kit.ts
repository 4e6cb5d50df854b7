import { createHmac, type KeyObject, sign as signBytes } from "node:crypto";

/** A secret that nothing speaks against. */
export const SECRET = "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZg";

/** The moment of these tests, in seconds since 1970. */
export const NOW = 1_800_000_000;

/** Claims of a good access token. */
export const CLAIMS: Readonly<Record<string, unknown>> = Object.freeze({
  sub: "u1",
  role: "editor",
  iat: NOW - 10,
  exp: NOW + 3_600,
});

/** Base64url of a text or bytes, or of a value as JSON. */
export function encode(value: unknown): string {
  const bytes = typeof value === "string" || value instanceof Uint8Array ? value : JSON.stringify(value);
  return Buffer.from(bytes).toString("base64url");
}

/** A token made by hand, so that it may have anything in it. Header and payload are values, or JSON as text. */
export function hmacToken(header: unknown, payload: unknown = CLAIMS, secret: string | KeyObject = SECRET): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

/** The same, signed with a private key: RS256, ES256 or EdDSA by the kind of the key. */
export function signedToken(header: unknown, payload: unknown, privateKey: KeyObject): string {
  const input = `${encode(header)}.${encode(payload)}`;
  const digest = privateKey.asymmetricKeyType === "ed25519" ? null : "sha256";
  return `${input}.${signBytes(digest, Buffer.from(input), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}

/** What a call throws or rejects with. */
export async function failureOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}
