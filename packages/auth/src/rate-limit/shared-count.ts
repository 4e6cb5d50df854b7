import { type Clock, type Logger, toError, withDeadline } from "@shaperail/core";
import type { RateLimit, RateLimitStore, RateLimitUsage } from "./rate-limit-store.ts";

/** What {@link createSharedCount} needs. */
export interface SharedCountOptions {
  readonly store: RateLimitStore;
  /** Longest wait for the store, in milliseconds. */
  readonly deadlineMs: number;
  /** How often a store that failed is asked again, in milliseconds. */
  readonly retryMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onStoreFailure: (error: Error) => void;
}

/** A store that may be down. */
export interface SharedCount {
  /** As the store's, but undefined when it did not answer, or did not lately. */
  consume(key: string, limit: RateLimit): Promise<RateLimitUsage | undefined>;
}

/** Asks a store within a deadline. During an outage one request after every `retryMs` asks, and the others do not wait. */
export function createSharedCount({
  store,
  deadlineMs,
  retryMs,
  clock,
  logger,
  onStoreFailure,
}: SharedCountOptions): SharedCount {
  let outage: { error: Error; askAgainAt: number } | undefined;

  const fail = (error: Error): void => {
    if (outage === undefined)
      logger.warn("Rate limits are counted per process: their store does not answer.", { error });
    outage = { error, askAgainAt: clock() + retryMs };
    onStoreFailure(error);
  };
  const succeed = (): void => {
    if (outage === undefined) return;
    outage = undefined;
    logger.info("Rate limits are counted in their store again.");
  };

  return {
    async consume(key, limit) {
      if (outage !== undefined) {
        if (clock() < outage.askAgainAt) {
          onStoreFailure(outage.error);
          return undefined;
        }
        outage.askAgainAt = clock() + retryMs;
      }
      try {
        const usage = await withDeadline(() => store.consume(key, limit), {
          timeoutMs: deadlineMs,
          what: "the store of rate limits",
        });
        succeed();
        return usage;
      } catch (error) {
        fail(toError(error));
        return undefined;
      }
    },
  };
}
