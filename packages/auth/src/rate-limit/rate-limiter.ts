import { type Clock, type Logger, noopLogger } from "@shaperail/core";
import { createMemoryRateLimitStore } from "./memory-rate-limit-store.ts";
import type { RateLimit, RateLimitStore, RateLimitUsage } from "./rate-limit-store.ts";
import { createSharedCount } from "./shared-count.ts";

/** Options of {@link createRateLimiter}. */
export interface RateLimiterOptions {
  /**
   * Where all processes count together.
   * @default each process counts on its own, which is said in a warning
   */
  readonly store?: RateLimitStore;
  /**
   * Longest wait for the store, in milliseconds; then the process decides alone.
   * @default 100
   */
  readonly deadlineMs?: number;
  /**
   * How often a store that failed is asked again, in milliseconds; between, nobody waits for it.
   * @default 1_000
   */
  readonly retryMs?: number;
  /**
   * Most keys a process keeps by itself; then the one whose last allowed request is the oldest is forgotten.
   * @default 10_000
   */
  readonly maxKeys?: number;
  /**
   * Milliseconds from any start.
   * @default performance.now, which a change of the system's time does not move
   */
  readonly clock?: Clock;
  /** @default noopLogger */
  readonly logger?: Logger;
  /** Told of every request that could not be counted in the store: the place for a metric. */
  readonly onStoreFailure?: (error: Error) => void;
}

/** What {@link RateLimiter.consume} found. */
export interface RateLimitResult extends RateLimit {
  /** False: the request is one too many, and it is not counted. */
  readonly allowed: boolean;
  /** How many more requests are allowed now. */
  readonly remaining: number;
  /** Until another request is allowed than those that remain, in whole seconds; at least 1. */
  readonly resetSeconds: number;
}

/** Decides who may make another request. */
export interface RateLimiter {
  /** Counts one request of the caller named by the key. Never rejects, and never waits longer than the deadline. */
  consume(key: string, limit: RateLimit): Promise<RateLimitResult>;
}

/**
 * Makes a limiter that counts in the store and, always, in this process too.
 *
 * A store that is down, or lost what it had, therefore never lets a process allow more than the limit: all of them
 * together allow at most the limit times their number.
 */
export function createRateLimiter({
  store,
  deadlineMs = 100,
  retryMs = 1_000,
  maxKeys = 10_000,
  clock = () => performance.now(),
  logger = noopLogger,
  onStoreFailure = () => undefined,
}: RateLimiterOptions = {}): RateLimiter {
  const own = createMemoryRateLimitStore({ maxKeys, clock });
  if (store === undefined) {
    logger.warn("Rate limits are counted per process, because there is no Redis to share them.");
    return { consume: async (key, limit) => toResult(own.consumeNow(key, limit), limit) };
  }

  const shared = createSharedCount({ store, deadlineMs, retryMs, clock, logger, onStoreFailure });
  return {
    async consume(key, limit) {
      // Taken before the store is asked: what is counted here expires no later than in the store.
      const at = clock();
      const theirs = await shared.consume(key, limit);
      if (theirs?.allowed === false) return toResult(theirs, limit);
      const mine = own.consumeNow(key, limit, at);
      return toResult(mine.allowed && theirs !== undefined ? theirs : mine, limit);
    },
  };
}

function toResult({ allowed, remaining, resetMs }: RateLimitUsage, limit: RateLimit): RateLimitResult {
  const { maxRequests, windowSeconds } = limit;
  return { allowed, remaining, resetSeconds: Math.max(Math.ceil(resetMs / 1_000), 1), maxRequests, windowSeconds };
}
