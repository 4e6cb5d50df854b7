import { type Closeable, closeable, type Logger, noopLogger } from "@shaperail/core";
import { CacheError } from "./errors.ts";
import type { FeedListener, InvalidationFeed } from "./invalidation-feed.ts";
import type { RedisConnection } from "./redis-connection.ts";
import { toCacheError } from "./redis-error.ts";

export interface RedisFeedOptions {
  /** The connection of the store. The feed opens another one like it. */
  readonly redis: RedisConnection;
  /**
   * After so many milliseconds without a sign of life a change may have been missed, and the near cache is off until the
   * next one. It bounds how old an answer can be when the network between this process and Redis falls silent. @default 500
   */
  readonly maxSilenceMs?: number;
  /** Milliseconds that only grow. @default performance.now */
  readonly now?: () => number;
  /** @default a logger that writes nothing */
  readonly logger?: Logger;
}

const CHANNEL = "__redis__:invalidate";

/**
 * Listens to Redis' own invalidation messages (`CLIENT TRACKING` in broadcast mode, Redis 6 or later) on a second connection.
 *
 * @throws {@link CacheError} `CACHE_NEAR_UNSUPPORTED` for a cluster
 */
export function createRedisFeed({
  redis,
  maxSilenceMs = 500,
  now = () => performance.now(),
  logger: parentLogger = noopLogger,
}: RedisFeedOptions): InvalidationFeed & Closeable {
  if (redis.isCluster) {
    throw new CacheError("A near cache cannot follow the invalidations of a Redis Cluster.", {
      code: "CACHE_NEAR_UNSUPPORTED",
      hint: "Leave the near cache out, or use a Redis that is not a cluster.",
    });
  }
  const logger = parentLogger.child("shaperail_runtime::cache");
  const connection = redis.duplicate({ connectionName: "shaperail-near", autoPipelining: false });
  const { client, address } = connection;
  let listener: FeedListener | undefined;
  /** When the last question was sent that was answered: what changed before it has been told. */
  let heardAt: number | undefined;
  let heartbeat: NodeJS.Timeout | undefined;

  const lose = (): void => {
    heardAt = undefined;
    listener?.onReset();
  };

  const track = async (prefix: string): Promise<void> => {
    try {
      const id = String(await client.call("CLIENT", "ID"));
      // The messages go to the connection that asks for them; in RESP2 they arrive like those of a channel.
      await client.call("CLIENT", "TRACKING", "ON", "REDIRECT", id, "BCAST", "PREFIX", prefix);
      const askedAt = now();
      await client.subscribe(CHANNEL);
      heardAt = askedAt;
    } catch (error) {
      const translated = toCacheError(error, address);
      if (translated.code === "CACHE_COMMAND_FAILED") {
        logger.warn("Redis does not tell about changes, the near cache stays off", { error: translated });
      } else {
        client.disconnect(true);
      }
    }
  };

  const beat = (): void => {
    if (heardAt === undefined) return;
    const askedAt = now();
    if (askedAt - heardAt > maxSilenceMs) listener?.onReset();
    client.ping().then(
      () => {
        if (heardAt !== undefined) heardAt = Math.max(heardAt, askedAt);
      },
      () => undefined, // The silence that follows says it.
    );
  };

  return {
    listen(told) {
      if (listener !== undefined) throw new TypeError("A feed tells one cache.");
      listener = told;
      client.on("messageBuffer", (channel: Buffer, keys: unknown) => {
        if (channel.toString() !== CHANNEL) return;
        // After FLUSHALL there is no list of keys.
        if (Array.isArray(keys)) told.onChange(keys.map(String));
        else told.onReset();
      });
      connection.onDisconnect(lose);
      connection.onConnect(() => void track(told.prefix));
      heartbeat = setInterval(beat, maxSilenceMs / 4).unref();
    },
    coherentWith() {
      if (heardAt === undefined || now() - heardAt > maxSilenceMs) return undefined;
      return connection.serverId();
    },
    ...closeable(async () => {
      clearInterval(heartbeat);
      lose();
      await connection.close();
    }),
  };
}
