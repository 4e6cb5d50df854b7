import { type Clock, systemClock } from "@shaperail/core";
import type { CacheStore } from "./cache-store.ts";
import { createGenerationSource } from "./generation.ts";
import { createLru } from "./lru.ts";

export interface MemoryStoreOptions {
  /** Most memory for values, in bytes; those unused for longest go first. @default 67_108_864 (64 MiB) */
  readonly maxBytes?: number;
  /** Most values. @default 10_000 */
  readonly maxEntries?: number;
  /** @default the machine's clock */
  readonly clock?: Clock;
}

/** A store inside this process: for one instance, or for development. */
export function createMemoryStore({
  maxBytes = 64 * 1_024 * 1_024,
  maxEntries = 10_000,
  clock = systemClock,
}: MemoryStoreOptions = {}): CacheStore {
  const values = createLru<{ readonly value: Buffer; readonly expiresAt: number }>({ maxBytes, maxEntries });
  // One that is forgotten makes misses, never a wrong answer.
  const generations = createLru<string>({ maxEntries: 100_000, maxBytes: Number.POSITIVE_INFINITY });
  const newGeneration = createGenerationSource();

  const generationOf = (key: string): string => {
    const known = generations.get(key) ?? newGeneration();
    generations.set(key, known, 0);
    return known;
  };
  const find = (key: string): Buffer | undefined => {
    const found = values.get(key);
    if (found === undefined || found.expiresAt > clock()) return found?.value;
    values.delete(key);
    return undefined;
  };

  return {
    read: async (key, generationKeys) => ({
      value: find(key),
      generations: generationKeys.map(generationOf),
      origin: "",
    }),
    async write(key, value, ttlMs) {
      values.set(key, { value, expiresAt: clock() + ttlMs }, value.length);
    },
    async renew(generationKeys) {
      for (const key of generationKeys) generations.set(key, newGeneration(), 0);
    },
  };
}
