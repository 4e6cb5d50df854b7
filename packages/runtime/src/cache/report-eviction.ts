import type { RedisConnection } from "@shaperail/cache";
import { type Closeable, closeable, type Logger } from "@shaperail/core";

/** Says in the log how a Redis treats memory, each time it is connected. For a cache it is right to evict; jobs beside it would be lost. */
export function reportEviction(redis: RedisConnection, logger: Logger): Closeable {
  const log = logger.child("shaperail_runtime::cache");
  const report = async (): Promise<void> => {
    try {
      const { checkEviction } = await import("@shaperail/cache");
      const { policy = "unknown", maxMemoryBytes = "unknown" } = await checkEviction(redis);
      log.debug("Redis memory", { policy, max_memory_bytes: maxMemoryBytes });
    } catch (error) {
      log.debug("Redis does not tell how it treats memory", { error });
    }
  };
  const stop = redis.onConnect(() => void report());
  return closeable(async () => stop());
}
