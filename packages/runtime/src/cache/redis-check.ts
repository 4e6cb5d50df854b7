import type { RedisConnection } from "@shaperail/cache";
import { isShaperailError, toError } from "@shaperail/core";

/** The readiness check of a Redis that is used. Probes are answered with the code alone: the log has the rest. */
export function redisCheck(redis: Pick<RedisConnection, "ping">): () => Promise<void> {
  return async () => {
    try {
      await redis.ping();
    } catch (error) {
      const reason = isShaperailError(error) ? error.code : toError(error).name;
      throw new Error(`Redis PING failed: ${reason}`, { cause: error });
    }
  };
}
