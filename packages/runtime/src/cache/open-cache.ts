import type { Cache, RedisConnection } from "@shaperail/cache";
import type { Logger, Observer } from "@shaperail/core";
import type { Project } from "../load-project.ts";
import type { OpenRedis } from "../open-redis.ts";
import type { Shutdown } from "../shutdown.ts";
import { answerVersion } from "./answer-version.ts";
import { reportEviction } from "./report-eviction.ts";

export interface CacheParts {
  readonly openRedis: OpenRedis;
  readonly shutdown: Shutdown;
  readonly logger: Logger;
  readonly observer: Observer;
}

/**
 * The cache of answers, when some endpoint declares one: in the project's Redis, or in this process when it has none.
 *
 * @throws CacheError `CACHE_URL_INVALID`, `CACHE_NEAR_UNSUPPORTED`
 */
export async function openCache(project: Project, parts: CacheParts): Promise<Cache | undefined> {
  const longestSeconds = longestAge(project);
  if (longestSeconds === undefined) return undefined;
  const { createCache, createMemoryStore, createRedisStore } = await import("@shaperail/cache");
  const { shutdown, logger, observer } = parts;
  const shared = { version: answerVersion(project), logger, observer };
  const redis = await parts.openRedis();
  if (redis === undefined) {
    if (project.config.environment.nodeEnv === "production") warnOfOthers(logger, longestSeconds);
    return shutdown.add("the cache", createCache({ ...shared, store: createMemoryStore() }));
  }
  const near = await openNear(project, { ...parts, redis });
  const cache = createCache({ ...shared, store: createRedisStore({ redis }), near });
  shutdown.add("the report about Redis", reportEviction(redis, logger));
  return shutdown.add("the cache", cache);
}

/** How old an answer may be, in seconds; undefined when nothing is cached. */
function longestAge({ resources }: Project): number | undefined {
  const ages = resources.flatMap(({ endpoints }) =>
    endpoints.flatMap(({ cache }) => (cache === undefined ? [] : [cache.ttlSeconds + cache.staleSeconds])),
  );
  return ages.length === 0 ? undefined : Math.max(...ages);
}

function warnOfOthers(logger: Logger, longestSeconds: number): void {
  logger
    .child("shaperail_runtime::cache")
    .warn(
      `There is no Redis, so each process caches by itself: after a write, other processes may give the old answer for up to ${longestSeconds} seconds. Set REDIS_URL when there is more than one.`,
      { longest_seconds: longestSeconds },
    );
}

interface NearParts extends CacheParts {
  readonly redis: RedisConnection;
}

async function openNear({ config }: Project, { redis, shutdown, logger }: NearParts) {
  const near = config.cache?.near;
  if (near === undefined) return undefined;
  const { createRedisFeed } = await import("@shaperail/cache");
  const { maxBytes, maxEntries, maxSilenceMs } = near;
  const feed = shutdown.add("the near cache", createRedisFeed({ redis, maxSilenceMs, logger }));
  return { feed, maxBytes, maxEntries };
}
