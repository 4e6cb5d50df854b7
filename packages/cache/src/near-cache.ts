import type { StoreReading } from "./cache-store.ts";
import type { StoredEntry } from "./entry.ts";
import type { InvalidationFeed } from "./invalidation-feed.ts";
import { createLedger } from "./ledger.ts";
import { createLru } from "./lru.ts";
import { stampOf } from "./stamp.ts";

/** Values and generations in this process, in front of a store that others change too. */
export interface NearCache {
  /** The entry under the key, when nothing that is known speaks against it. Its age is the caller's to check. */
  find(key: string, generationKeys: readonly string[]): StoredEntry | undefined;
  /** A point in time to give to `learn`, taken before the store is asked. */
  now(): number;
  /** Takes over what the store said, unless it was overtaken by a change in the meantime. */
  learn(generationKeys: readonly string[], reading: StoreReading, since: number): void;
  keep(key: string, entry: StoredEntry): void;
  /** Forgets generations that this process is about to replace. */
  forget(generationKeys: readonly string[]): void;
  readonly size: number;
}

export interface NearCacheOptions {
  readonly feed: InvalidationFeed;
  readonly generationPrefix: string;
  readonly maxBytes: number;
  readonly maxEntries: number;
}

const MOST_GENERATIONS = 10_000;

/**
 * Only generations are followed: a value belongs to the generations it was loaded under for ever, so a changed generation
 * is all there is to know, and a write sends one message however many values hang on it.
 */
export function createNearCache({ feed, generationPrefix, maxBytes, maxEntries }: NearCacheOptions): NearCache {
  const values = createLru<StoredEntry>({ maxBytes, maxEntries });
  const generations = createLru<string>({ maxEntries: MOST_GENERATIONS, maxBytes: Number.POSITIVE_INFINITY });
  const changes = createLedger({ maxKeys: MOST_GENERATIONS });
  let resetAt = 0;

  const forget = (keys: readonly string[]): void => {
    changes.touch(keys);
    for (const key of keys) generations.delete(key);
  };
  const reset = (): void => {
    changes.touch([]);
    resetAt = changes.now();
    generations.clear();
    values.clear();
  };
  feed.listen({ prefix: generationPrefix, onChange: forget, onReset: reset });

  return {
    find(key, generationKeys) {
      const origin = feed.coherentWith();
      if (origin === undefined) return undefined;
      const entry = values.get(key);
      if (entry === undefined) return undefined;
      const known = generationKeys.map((generationKey) => generations.get(generationKey));
      return entry.stamp === stampOf({ generations: known, origin }) ? entry : undefined;
    },
    now: changes.now,
    learn(generationKeys, reading, since) {
      // The answer and the news of a change travel on two connections: whichever was sent first may arrive last.
      if (reading.origin !== feed.coherentWith() || resetAt > since) return;
      for (const [index, key] of generationKeys.entries()) {
        const generation = reading.generations[index];
        if (generation !== undefined && changes.lastTouched([key]) <= since) generations.set(key, generation, 0);
      }
    },
    keep(key, entry) {
      if (feed.coherentWith() === undefined) return;
      const bytes = entry.body.length + 2 * (entry.meta.length + entry.stamp.length);
      // A copy: the bytes may be a small part of what the socket delivered, which would be kept along with them.
      values.set(key, { ...entry, body: Buffer.from(entry.body) }, bytes);
    },
    forget,
    get size() {
      return values.size;
    },
  };
}
