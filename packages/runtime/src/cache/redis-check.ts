import type { RedisConnection } from "@shaperail/cache";

/** The readiness check of a Redis that is used. Probes are answered with the code alone: the log has the rest. */
export function redisCheck(redis: Pick<RedisConnection, "ping">): () => Promise<void> {
  return async () => {
    try {
      await redis.ping();
    } catch (error) {
      // Whoever has a connection has loaded it already.
      const { CacheError } = await import("@shaperail/cache");
      if (!(error instanceof CacheError)) throw error;
      const { code, hint = "", details } = error;
      throw new CacheError(`Redis PING failed: ${code}`, { code, hint, details, cause: error });
    }
  };
}
