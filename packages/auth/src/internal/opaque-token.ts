import { createHash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

const SECRET_BYTES = 32;
/** Secret and checksum are 36 bytes: base64url writes them without padding, and in one way only. */
const TEXT = /^[A-Za-z0-9_-]{48}$/;

/**
 * A secret as people and programs see it: a prefix that says what it is, the secret, and a checksum by which a mistyped
 * one is known without asking anybody, and a found one is recognised by a scanner.
 */
export function formatToken(prefix: string, secret: Buffer): string {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(secret, crc32(prefix)));
  return prefix + Buffer.concat([secret, checksum]).toString("base64url");
}

/** 256 bits that nobody can guess. */
export function randomSecret(): Buffer {
  return randomBytes(SECRET_BYTES);
}

/** The secret in a token; undefined for a text that was never a token with this prefix. */
export function parseToken(prefix: string, text: string): Buffer | undefined {
  if (!text.startsWith(prefix) || !TEXT.test(text.slice(prefix.length))) return undefined;
  const secret = Buffer.from(text.slice(prefix.length), "base64url").subarray(0, SECRET_BYTES);
  return formatToken(prefix, secret) === text ? secret : undefined;
}

/** What is stored of a token. With 256 random bits in it, a fast hash is as good as a slow one. */
export function digestOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
