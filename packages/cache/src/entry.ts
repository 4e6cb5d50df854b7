import { crc32 } from "node:zlib";

/** What is cached: bytes that can be sent as they are, and a word about them. */
export interface CacheEntry {
  readonly body: Buffer;
  /** Anything the caller wants back with the body: a status, an ETag, a content type. Empty when nothing was given. */
  readonly meta: string;
}

/** An entry with what decides whether it may still be used. */
export interface StoredEntry extends CacheEntry {
  /** The generations, and the server, the body was loaded under. */
  readonly stamp: string;
  /** When it was loaded, in milliseconds since 1970. */
  readonly storedAt: number;
  /** How long it is fresh from then on, in milliseconds. */
  readonly ttlMs: number;
  /** How long it may be used after that while it is loaded anew, in milliseconds. */
  readonly staleMs: number;
}

/*
 * The form of a stored value; numbers are big-endian:
 *
 *   0  4  "SRC1"
 *   4  4  CRC-32 of everything behind it
 *   8  8  storedAt
 *  16  8  ttlMs
 *  24  8  staleMs
 *  32  4  bytes of the stamp
 *  36  4  bytes of the meta
 *  40  4  bytes of the body
 *  44     stamp, meta, body
 */
const MAGIC = 0x53_52_43_31;
const HEADER_BYTES = 44;

export function encodeEntry({ body, meta, stamp, storedAt, ttlMs, staleMs }: StoredEntry): Buffer {
  const stampBytes = Buffer.byteLength(stamp);
  const metaBytes = Buffer.byteLength(meta);
  const encoded = Buffer.allocUnsafe(HEADER_BYTES + stampBytes + metaBytes + body.length);
  encoded.writeUInt32BE(MAGIC, 0);
  encoded.writeDoubleBE(storedAt, 8);
  encoded.writeDoubleBE(ttlMs, 16);
  encoded.writeDoubleBE(staleMs, 24);
  encoded.writeUInt32BE(stampBytes, 32);
  encoded.writeUInt32BE(metaBytes, 36);
  encoded.writeUInt32BE(body.length, 40);
  encoded.write(stamp, HEADER_BYTES);
  encoded.write(meta, HEADER_BYTES + stampBytes);
  body.copy(encoded, HEADER_BYTES + stampBytes + metaBytes);
  encoded.writeUInt32BE(crc32(encoded.subarray(8)), 4);
  return encoded;
}

/** The entry, or nothing when the bytes are anything but a whole entry of this form. The body shares memory with the bytes. */
export function decodeEntry(encoded: Buffer): StoredEntry | undefined {
  if (encoded.length < HEADER_BYTES || encoded.readUInt32BE(0) !== MAGIC) return undefined;
  const metaStart = HEADER_BYTES + encoded.readUInt32BE(32);
  const bodyStart = metaStart + encoded.readUInt32BE(36);
  if (encoded.length !== bodyStart + encoded.readUInt32BE(40)) return undefined;
  if (crc32(encoded.subarray(8)) !== encoded.readUInt32BE(4)) return undefined;
  return {
    storedAt: encoded.readDoubleBE(8),
    ttlMs: encoded.readDoubleBE(16),
    staleMs: encoded.readDoubleBE(24),
    stamp: encoded.toString("utf8", HEADER_BYTES, metaStart),
    meta: encoded.toString("utf8", metaStart, bodyStart),
    body: encoded.subarray(bodyStart),
  };
}

/** Whether an entry may be used at a time: as it is, while it is loaded anew, or no more. */
export function freshness({ storedAt, ttlMs, staleMs }: StoredEntry, now: number): "fresh" | "stale" | "expired" {
  const ageMs = now - storedAt;
  if (ageMs < ttlMs) return "fresh";
  return ageMs < ttlMs + staleMs ? "stale" : "expired";
}
