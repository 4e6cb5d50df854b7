/** A few values, each for a short time; the least recently used goes when there are too many. */
export interface FreshCache<Value> {
  get(key: string): Value | undefined;
  /** Keeps the value until the time given. */
  set(key: string, value: Value, freshUntil: number): void;
  delete(key: string): void;
  readonly size: number;
}

interface Entry<Value> {
  readonly value: Value;
  readonly freshUntil: number;
}

export interface FreshCacheOptions {
  /** Most values. */
  readonly max: number;
  readonly clock: () => number;
}

export function createFreshCache<Value>({ max, clock }: FreshCacheOptions): FreshCache<Value> {
  const entries = new Map<string, Entry<Value>>();
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      if (entry.freshUntil <= clock()) return undefined;
      // A Map is in the order of insertion: the first is the one that was not used for longest.
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value, freshUntil) {
      entries.delete(key);
      if (max < 1 || freshUntil <= clock()) return;
      entries.set(key, { value, freshUntil });
      for (const oldest of entries.keys()) {
        if (entries.size <= max) break;
        entries.delete(oldest);
      }
    },
    delete: (key) => void entries.delete(key),
    get size() {
      return entries.size;
    },
  };
}
