import type { Clock } from "@shaperail/core";
import type { CacheRequest, LoadedEntry } from "./cache-contract.ts";
import type { CacheEntry, StoredEntry } from "./entry.ts";
import type { Found, Place } from "./lookup.ts";
import type { NearCache } from "./near-cache.ts";
import type { ValueWriter } from "./value-writer.ts";

/** Makes what was loaded an entry, and keeps it under the stamp that was found before it was loaded. */
export type Keep = (found: Found, loaded: LoadedEntry) => Kept;

export interface Kept {
  readonly entry: CacheEntry;
  /** Resolves when the store has been told; undefined when it is not. */
  readonly stored: Promise<void> | undefined;
}

export interface KeepOptions {
  readonly near: NearCache | undefined;
  readonly writer: ValueWriter;
  readonly clock: Clock;
  readonly random: () => number;
  readonly ttlSeconds: number;
  readonly staleSeconds: number;
  readonly maxValueBytes: number;
}

const JITTER = 0.1;

/** Called when the look-up begins: a value is as old as that. */
export function createKeeper(options: KeepOptions): (place: Place, request: CacheRequest) => Keep {
  const { near, writer, clock, random, maxValueBytes } = options;
  return ({ valueKey }, { ttlSeconds = options.ttlSeconds, staleSeconds = options.staleSeconds }) => {
    const storedAt = clock();
    return (found, { body: loaded, meta = "", keep = true }) => {
      const body = typeof loaded === "string" ? Buffer.from(loaded) : loaded;
      // Values that were loaded together are not to expire together.
      const ttlMs = ttlSeconds * 1_000 * (1 - JITTER * random());
      const staleMs = staleSeconds * 1_000;
      const lives = ttlMs + staleMs >= 1;
      if (keep && lives && found.state !== "bypass" && body.length + Buffer.byteLength(meta) <= maxValueBytes) {
        const entry: StoredEntry = { body, meta, stamp: found.stamp, storedAt, ttlMs, staleMs };
        near?.keep(valueKey, entry);
        return { entry, stored: writer.write(valueKey, entry) };
      }
      return { entry: { body, meta }, stored: undefined };
    };
  };
}
