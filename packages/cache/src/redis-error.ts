import { CacheError, type CacheErrorCode } from "./errors.ts";

const HINTS: Readonly<Record<CacheErrorCode, string>> = {
  CACHE_URL_INVALID: "Correct the URL.",
  CACHE_UNAVAILABLE: "Start Redis, or correct its URL.",
  CACHE_AUTHENTICATION_FAILED: "Correct the user and the password in the Redis URL.",
  CACHE_TLS_FAILED: "Use rediss:// with a server that speaks TLS, and name its CA in sslrootcert=<file>.",
  CACHE_TIMEOUT: "Look at what keeps Redis busy, or raise commandTimeoutMs.",
  CACHE_COMMAND_FAILED: "Look up the reply in the Redis documentation.",
  CACHE_NEAR_UNSUPPORTED: "Leave the near cache out, or use a Redis that is not a cluster.",
};

const HINT_BY_REPLY: Readonly<Record<string, string>> = {
  OOM: "Raise maxmemory, or give the cache a Redis of its own with maxmemory-policy allkeys-lru.",
  NOPERM: "Allow the ACL user GET, MGET, SET, DEL and INFO on the keys of the cache.",
  READONLY: "Connect to the master instead of a replica.",
  LOADING: "Wait until Redis has read its data set.",
};

/** What went wrong, in this package's words. A failed command's arguments stay out of it: they may be a password or a value. */
export function toCacheError(error: unknown, address: string): CacheError {
  if (error instanceof CacheError) return error;
  const original = innermost(error);
  const { code, what, reply } = classify(original);
  return new CacheError(`Redis at ${address} ${what}.`, {
    code,
    hint: (reply === undefined ? undefined : HINT_BY_REPLY[reply]) ?? HINTS[code],
    details: { address, ...(reply === undefined ? {} : { reply }) },
    // ioredis attaches the command with its arguments to what it rejects with; such an error is no cause to keep.
    cause: original instanceof Error && !("command" in original) && reply === undefined ? original : undefined,
  });
}

interface Verdict {
  readonly code: CacheErrorCode;
  readonly what: string;
  readonly reply?: string;
}

function classify(error: unknown): Verdict {
  const message = error instanceof Error ? error.message : "";
  const system = error instanceof Error && "code" in error ? String(error.code) : "";
  if (message === "Command timed out") return { code: "CACHE_TIMEOUT", what: "did not answer in time" };
  if (/^(WRONGPASS|NOAUTH)\b/.test(message) || message.includes("invalid password")) {
    return { code: "CACHE_AUTHENTICATION_FAILED", what: "refused the credentials" };
  }
  if (/^(ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|INVALID_CA)/.test(system)) {
    return { code: "CACHE_TLS_FAILED", what: `and the client cannot agree on an encrypted connection (${system})` };
  }
  if (error instanceof Error && error.name === "ReplyError") {
    const reply = /^[A-Z]+/.exec(message)?.[0] ?? "ERR";
    return { code: "CACHE_COMMAND_FAILED", what: `refused a command with ${reply}`, reply };
  }
  return { code: "CACHE_UNAVAILABLE", what: system === "" ? "cannot be reached" : `cannot be reached (${system})` };
}

/** A cluster wraps the error of its last node. */
function innermost(error: unknown): unknown {
  if (error instanceof Error && "lastNodeError" in error && error.lastNodeError instanceof Error) {
    return error.lastNodeError;
  }
  return error;
}
