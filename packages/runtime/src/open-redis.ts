import type { ProjectConfig } from "@shaperail/config";
import type { Logger } from "@shaperail/core";
import type { RedisConnection } from "@shaperail/cache";
import type { Shutdown } from "./shutdown.ts";

/** Opens the project's Redis when it is first asked for; undefined when the project has none. */
export type OpenRedis = () => Promise<RedisConnection | undefined>;

/**
 * One connection for everything that counts or caches. It is made in the background and mends itself: a Redis that is down stops neither the
 * start nor a request.
 */
export function redisOpener(
  { cache, environment }: ProjectConfig,
  { logger, shutdown }: { readonly logger: Logger; readonly shutdown: Shutdown },
): OpenRedis {
  const url = cache?.url ?? environment.redisUrl;
  let opening: Promise<RedisConnection> | undefined;
  return async () => {
    if (url === undefined) return undefined;
    opening ??= import("@shaperail/cache").then(({ openRedis }) => shutdown.add("Redis", openRedis({ url, logger })));
    return opening;
  };
}
