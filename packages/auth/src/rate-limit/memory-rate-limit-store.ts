import type { Clock } from "@shaperail/core";
import type { RateLimit, RateLimitStore, RateLimitUsage } from "./rate-limit-store.ts";

/** Options of {@link createMemoryRateLimitStore}. */
export interface MemoryRateLimitStoreOptions {
  /**
   * Most keys that are kept; then the one whose last allowed request is the oldest is forgotten.
   * @default 10_000
   */
  readonly maxKeys?: number;
  /**
   * Milliseconds from any start.
   * @default performance.now, which a change of the system's time does not move
   */
  readonly clock?: Clock;
}

/** A {@link RateLimitStore} that answers at once. */
export interface MemoryRateLimitStore extends RateLimitStore {
  /** As {@link RateLimitStore.consume}; `at` is when the request came. */
  consumeNow(key: string, limit: RateLimit, at?: number): RateLimitUsage;
  /** How many keys are kept. */
  size(): number;
}

interface Log {
  /** When the requests that are counted came, oldest first. */
  readonly times: number[];
  expiresAt: number;
}

/** Counts the requests of this process. It holds no timer: what has expired goes when something else is counted. */
export function createMemoryRateLimitStore({
  maxKeys = 10_000,
  clock = () => performance.now(),
}: MemoryRateLimitStoreOptions = {}): MemoryRateLimitStore {
  // In the order of the last allowed request, because an allowed request puts its key at the end.
  const logs = new Map<string, Log>();

  const makeRoom = (now: number): void => {
    for (const [key, { expiresAt }] of logs) {
      if (logs.size <= maxKeys && expiresAt > now) return;
      logs.delete(key);
    }
  };

  const consumeNow = (key: string, { maxRequests, windowSeconds }: RateLimit, at: number = clock()): RateLimitUsage => {
    const windowMs = windowSeconds * 1_000;
    const log = logs.get(key) ?? { times: [], expiresAt: 0 };
    const { times } = log;
    const expired = times.findIndex((time) => time > at - windowMs);
    times.splice(0, expired === -1 ? times.length : expired);

    const allowed = times.length < maxRequests;
    if (allowed) {
      insert(times, at);
      log.expiresAt = at + windowMs;
      const isKnown = logs.delete(key);
      logs.set(key, log);
      if (!isKnown) makeRoom(at);
    }
    // Above the limit after it was lowered, several have to expire before there is room again.
    const next = times[Math.max(times.length - maxRequests, 0)] ?? at;
    return { allowed, remaining: Math.max(maxRequests - times.length, 0), resetMs: next + windowMs - at };
  };

  return {
    consume: async (key, limit) => consumeNow(key, limit),
    consumeNow,
    size: () => logs.size,
  };
}

/** Requests are counted in the order they were answered, which is almost the order in which they came. */
function insert(times: number[], at: number): void {
  let index = times.length;
  while (index > 0 && (times[index - 1] ?? 0) > at) index -= 1;
  times.splice(index, 0, at);
}
