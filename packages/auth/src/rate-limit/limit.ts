import { AuthError } from "../errors.ts";
import type { Subject } from "../subject.ts";
import { rateLimitHeaders } from "./rate-limit-headers.ts";
import { rateLimitKey } from "./rate-limit-key.ts";
import type { RateLimit } from "./rate-limit-store.ts";
import type { RateLimiter, RateLimitResult } from "./rate-limiter.ts";

/** What {@link createLimit} needs. */
export interface LimitOptions<Exchange> {
  readonly limiter: RateLimiter;
  /**
   * The limit of every endpoint that has none of its own; each endpoint counts for itself.
   * @default none
   */
  readonly defaultLimit?: RateLimit;
  /** The client's address: from the connection, or from a proxy that is trusted. */
  readonly addressOf: (exchange: Exchange) => string | undefined;
}

/** One request to an endpoint. */
export interface LimitedCall {
  readonly resource: string;
  readonly action: string;
  /** The endpoint's own limit. */
  readonly limit: RateLimit | undefined;
  /** Whose credentials were accepted, if anybody's. */
  readonly subject: Subject | undefined;
}

/**
 * Counts a request, and returns response headers as name, value, name, value, …; none when there is no limit.
 *
 * @throws AuthError `AUTH_RATE_LIMITED` with the same headers and `Retry-After`, when the request is one too many.
 */
export type Limit<Exchange> = (exchange: Exchange, call: LimitedCall) => readonly string[] | Promise<readonly string[]>;

const NO_HEADERS: readonly string[] = Object.freeze([]);

/** Limits requests by user when there is one, otherwise by client address. */
export function createLimit<Exchange>({ limiter, defaultLimit, addressOf }: LimitOptions<Exchange>): Limit<Exchange> {
  return (exchange, { resource, action, limit = defaultLimit, subject }) => {
    if (limit === undefined) return NO_HEADERS;
    const key = rateLimitKey({ resource, action, subject, address: addressOf(exchange) });
    return limiter.consume(key, limit).then(headersOrRefusal);
  };
}

/** The headers of a request that is allowed. @throws AuthError `AUTH_RATE_LIMITED` otherwise. */
export function headersOrRefusal(result: RateLimitResult): readonly string[] {
  const headers = rateLimitHeaders(result);
  if (result.allowed) return headers;
  const { maxRequests, windowSeconds, resetSeconds } = result;
  throw new AuthError("Rate limit exceeded", {
    code: "AUTH_RATE_LIMITED",
    reason: `more than ${maxRequests} requests in ${windowSeconds} s`,
    hint: `Wait ${resetSeconds} s.`,
    headers: toRecord(headers),
  });
}

function toRecord(pairs: readonly string[]): Record<string, string> {
  const record: Record<string, string> = {};
  for (let index = 0; index < pairs.length; index += 2) record[pairs[index] ?? ""] = pairs[index + 1] ?? "";
  return record;
}
