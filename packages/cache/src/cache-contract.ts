import type { Clock, Closeable, Logger, Observer } from "@shaperail/core";
import type { CacheStore } from "./cache-store.ts";
import type { CacheEntry } from "./entry.ts";
import type { InvalidationFeed } from "./invalidation-feed.ts";

/** How a lookup ended: from the cache, loaded and kept, or loaded with the cache out of the way. */
export type CacheResult = "hit" | "miss" | "bypass";

export interface NearOptions {
  /** Tells which generations have changed; `createRedisFeed` makes one. Stays the caller's to close. */
  readonly feed: InvalidationFeed;
  /** Most memory, in bytes; what was unused for longest goes first. @default 16_777_216 (16 MiB) */
  readonly maxBytes?: number;
  /** Most values. @default 5_000 */
  readonly maxEntries?: number;
}

export interface CacheOptions {
  /** Stays the caller's; a Redis store's connection is closed by whoever opened it. */
  readonly store: CacheStore;
  /** What all keys in the store start with. Caches that share it share their invalidations. @default "shaperail:cache:" */
  readonly prefix?: string;
  /**
   * Names the form of the values. With another one nothing older is found, so that a release that answers differently does
   * not answer with its predecessor's bodies; invalidations reach all versions. @default "1"
   */
  readonly version?: string;
  /** How long a value is fresh, unless the request says. In seconds; up to a tenth is taken off at random. @default 60 */
  readonly ttlSeconds?: number;
  /** How long after that a value may be used while it is loaded anew, unless the request says. In seconds. @default 0 */
  readonly staleSeconds?: number;
  /** Longest wait for the store, in milliseconds; then the value is loaded as if there were no cache. @default 50 */
  readonly timeoutMs?: number;
  /** Failures in a row after which the store is left alone until it answers a probe. @default 5 */
  readonly failureThreshold?: number;
  /** Longest pause between two probes, and between two attempts to deliver an invalidation, in milliseconds. @default 1_000 */
  readonly maxProbePauseMs?: number;
  /** Largest value that is kept, in bytes. @default 1_048_576 (1 MiB) */
  readonly maxValueBytes?: number;
  /** Most bytes on their way to the store; values beyond that are not kept. @default 16_777_216 (16 MiB) */
  readonly maxPendingBytes?: number;
  /** Most loads that can be shared at a time; more than that run unshared. @default 10_000 */
  readonly maxFlights?: number;
  /** A load that takes longer than this is not joined any more, in milliseconds. @default 10_000 */
  readonly flightTimeoutMs?: number;
  /** Most loads in the background for stale values. @default 16 */
  readonly maxRefreshes?: number;
  /** Most tags remembered while the store cannot be told about them; above it everything counts as invalidated. @default 10_000 */
  readonly maxPendingTags?: number;
  /** Keeps values in this process too. @default off */
  readonly near?: NearOptions;
  /** @default the machine's clock */
  readonly clock?: Clock;
  /** Random number from 0 to 1. @default Math.random */
  readonly random?: () => number;
  /** @default a logger that writes nothing */
  readonly logger?: Logger;
  /**
   * Sees every lookup as `cache.op` with `cache.operation` get, which reports `cache.result` hit or miss and of a bypass
   * nothing, and what the store is told as set and invalidate. @default an observer that reports nothing
   */
  readonly observer?: Observer;
}

/** What to look for, and how long it may be kept. */
export interface CacheRequest {
  /** Names the value; everything the value depends on and no tag stands for is part of it: tenant, role, user, query. */
  readonly key: string;
  /** What the value was made from, 32 at most: invalidating any of them makes it old. @default [] */
  readonly tags?: readonly string[];
  /** With 0 and no `staleSeconds` nothing is kept. @default the cache's */
  readonly ttlSeconds?: number;
  /** @default the cache's */
  readonly staleSeconds?: number;
  /** Loads whatever is there, and keeps the result; the answer's state is `bypass`. @default false */
  readonly refresh?: boolean;
}

/** What a load produced. */
export interface LoadedEntry {
  /** The bytes to keep; text is kept as UTF-8. */
  readonly body: Buffer | string;
  /** Comes back with the body. @default "" */
  readonly meta?: string;
  /** `false`: for those who asked now, and not to be kept. @default true */
  readonly keep?: boolean;
}

export interface CacheAnswer extends CacheEntry {
  readonly state: CacheResult;
  /** A hit whose time is over; it is being loaded anew. */
  readonly isStale: boolean;
}

/** What {@link Cache.lookup} found. `keep` stores what was loaded since, and is to be called once at most. */
export type CacheLookup =
  | { readonly state: "hit"; readonly entry: CacheEntry; readonly isStale: boolean; keep(loaded: LoadedEntry): void }
  | { readonly state: "miss"; keep(loaded: LoadedEntry): void }
  | { readonly state: "bypass" };

/** Counts since the cache was made, and how it is. */
export interface CacheStats {
  readonly hits: number;
  /** Of the hits, those that asked no store. */
  readonly nearHits: number;
  readonly misses: number;
  readonly bypasses: number;
  /** Whether the store is left alone because it failed. */
  readonly isOpen: boolean;
  /** Invalidations the store has not heard of; values behind them are not used. */
  readonly pendingInvalidations: number;
  /** Loads that can be joined now. */
  readonly flights: number;
  /** Values in this process. */
  readonly nearEntries: number;
}

export interface Cache extends Closeable {
  /**
   * The value under the key, or what `load` resolves with, which is kept as JSON and given back as JSON has it, hit or miss.
   * Rejects only with what `load` rejects with.
   */
  getOrSet<T>(key: string, load: () => Promise<T>, options?: Omit<CacheRequest, "key">): Promise<T>;
  /** The same for bytes: one load for all who ask at the same time, none for a hit. Rejects only with what `load` rejects with. */
  fetch(request: CacheRequest, load: () => Promise<LoadedEntry>): Promise<CacheAnswer>;
  /**
   * What is in this process and fresh, without waiting; it counts as a hit. Undefined says nothing, not even that there is a near
   * cache: ask `fetch` then.
   */
  peek(request: CacheRequest): CacheEntry | undefined;
  /**
   * Only looks. Whoever loads after a miss must begin loading after this has resolved: the answer names the state of the data
   * it is kept under. Never rejects.
   */
  lookup(request: Omit<CacheRequest, "refresh">): Promise<CacheLookup>;
  /**
   * Makes everything old that carries one of the tags: call it after the write is committed and before it is acknowledged.
   * Never rejects. Resolves with whether the other instances can know; if not, they are told as soon as the store answers,
   * and until then this instance uses nothing that carries the tags.
   */
  invalidate(tags: readonly string[]): Promise<boolean>;
  /** Makes everything under the prefix old. */
  invalidateAll(): Promise<boolean>;
  stats(): CacheStats;
}
