/** A bounded map that forgets what was not used for longest. */
export interface Lru<V> {
  get(key: string): V | undefined;
  /** Keeps the value, unless it alone is above the limit; returns whether it was kept. */
  set(key: string, value: V, bytes: number): boolean;
  delete(key: string): void;
  clear(): void;
  readonly size: number;
  readonly bytes: number;
}

export interface LruOptions {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** What a map entry and its objects take besides the key and the value, roughly. */
const OVERHEAD_BYTES = 200;

export function createLru<V>({ maxEntries, maxBytes }: LruOptions): Lru<V> {
  // A Map hands its keys out in the order they were put in: the first is the one unused for longest.
  const entries = new Map<string, { readonly value: V; readonly bytes: number }>();
  let total = 0;

  const remove = (key: string): void => {
    const entry = entries.get(key);
    if (entry === undefined) return;
    entries.delete(key);
    total -= entry.bytes;
  };

  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value, bytes) {
      const cost = bytes + 2 * key.length + OVERHEAD_BYTES;
      remove(key);
      if (cost > maxBytes || maxEntries < 1) return false;
      entries.set(key, { value, bytes: cost });
      total += cost;
      while (total > maxBytes || entries.size > maxEntries) {
        const oldest = entries.keys().next();
        if (oldest.done === true) break;
        remove(oldest.value);
      }
      return true;
    },
    delete: remove,
    clear() {
      entries.clear();
      total = 0;
    },
    get size() {
      return entries.size;
    },
    get bytes() {
      return total;
    },
  };
}
