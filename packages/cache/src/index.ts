export { createCache } from "./cache.ts";
export type {
  Cache,
  CacheAnswer,
  CacheLookup,
  CacheOptions,
  CacheRequest,
  CacheResult,
  CacheStats,
  LoadedEntry,
  NearOptions,
} from "./cache-contract.ts";
export type { CacheStore, StoreReading } from "./cache-store.ts";
export type { CacheEntry } from "./entry.ts";
export { CacheError, type CacheErrorCode } from "./errors.ts";
export { checkEviction, type Eviction } from "./eviction.ts";
export type { FeedListener, InvalidationFeed } from "./invalidation-feed.ts";
export { createMemoryStore, type MemoryStoreOptions } from "./memory-store.ts";
export { openRedis, type RedisConnection, type RedisOptions } from "./redis-connection.ts";
export { createRedisFeed, type RedisFeedOptions } from "./redis-feed.ts";
export { createRedisStore, type RedisStoreOptions } from "./redis-store.ts";
