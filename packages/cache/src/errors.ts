import { ShaperailError } from "@shaperail/core";

export type CacheErrorCode =
  /** The connection URL cannot be understood, or asks for something that is not supported. */
  | "CACHE_URL_INVALID"
  /** Redis cannot be reached, refused the connection, or the connection broke. */
  | "CACHE_UNAVAILABLE"
  /** Redis refused the user name or the password, or demands one. */
  | "CACHE_AUTHENTICATION_FAILED"
  /** Redis and the client could not agree on an encrypted connection, or the certificate is not trusted. */
  | "CACHE_TLS_FAILED"
  /** Redis did not answer a command in time. */
  | "CACHE_TIMEOUT"
  /** Redis answered a command with an error; `details.reply` is its first word, such as `OOM` or `NOPERM`. */
  | "CACHE_COMMAND_FAILED"
  /** The near cache was asked for on a Redis Cluster, whose invalidations come from every node. */
  | "CACHE_NEAR_UNSUPPORTED";

/** Everything this package throws on purpose. No message, detail or cause carries a credential or a cached value. */
export class CacheError extends ShaperailError<CacheErrorCode> {
  override readonly name = "CacheError";
}
