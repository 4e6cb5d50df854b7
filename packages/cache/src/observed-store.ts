import type { Observer } from "@shaperail/core";
import type { CacheStore } from "./cache-store.ts";

const SET = { "cache.operation": "set" };
const INVALIDATE = { "cache.operation": "invalidate" };

/** What changes the store, reported to the observer as `cache.op`. */
export function observeStore(store: CacheStore, observer: Observer): Pick<CacheStore, "write" | "renew"> {
  return {
    write: (key, value, ttlMs) => observer.observe("cache.op", SET, () => store.write(key, value, ttlMs)),
    renew: (generationKeys) => observer.observe("cache.op", INVALIDATE, () => store.renew(generationKeys)),
  };
}
