import type { Observer } from "@shaperail/core";
import type { CacheStore, StoreReading } from "./cache-store.ts";
import type { Place } from "./lookup.ts";

/** The methods of a store, each reported to the observer as `cache.op`. */
export interface ObservedStore {
  readonly read: (place: Place) => Promise<StoreReading>;
  readonly write: CacheStore["write"];
  readonly renew: CacheStore["renew"];
}

const GET = { "cache.operation": "get" };
const SET = { "cache.operation": "set" };
const INVALIDATE = { "cache.operation": "invalidate" };

export function observeStore(store: CacheStore, observer: Observer): ObservedStore {
  return {
    read: ({ valueKey, generationKeys }) =>
      observer.observe("cache.op", GET, () => store.read(valueKey, generationKeys)),
    write: (key, value, ttlMs) => observer.observe("cache.op", SET, () => store.write(key, value, ttlMs)),
    renew: (generationKeys) => observer.observe("cache.op", INVALIDATE, () => store.renew(generationKeys)),
  };
}
