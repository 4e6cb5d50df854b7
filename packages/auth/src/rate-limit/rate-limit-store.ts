/** How often one caller may do something. */
export interface RateLimit {
  /** Most requests in any span of time as long as the window. */
  readonly maxRequests: number;
  /** Length of the window, in seconds. */
  readonly windowSeconds: number;
}

/** What a store says about one request. */
export interface RateLimitUsage {
  /** False: the request is one too many, and it is not counted. */
  readonly allowed: boolean;
  /** How many more requests are allowed now. */
  readonly remaining: number;
  /** Until another request is allowed than those that remain, in milliseconds; from 1 to the length of the window. */
  readonly resetMs: number;
}

/**
 * Where requests are counted.
 *
 * The window slides: a request is allowed when fewer than `maxRequests` were allowed in the `windowSeconds` before it.
 * Refused requests are not counted, so that a caller who goes on trying is let in again as soon as one who waits. A key
 * is forgotten one window after its last allowed request.
 */
export interface RateLimitStore {
  /** Counts one request, atomically; rejects when the store cannot be asked. */
  consume(key: string, limit: RateLimit): Promise<RateLimitUsage>;
}
