/** Remembers, within bounds, in which order keys were touched. */
export interface Ledger {
  /** A point in this order: everything touched from now on is later. */
  now(): number;
  touch(keys: Iterable<string>): void;
  /** The last point one of the keys was touched at, or may have been; 0 for never. */
  lastTouched(keys: readonly string[]): number;
}

/** Above `maxKeys` the ledger forgets, and from then on says of every key that it may have been touched. */
export function createLedger({ maxKeys }: { readonly maxKeys: number }): Ledger {
  const touched = new Map<string, number>();
  let sequence = 0;
  let forgotten = 0;
  return {
    now: () => sequence,
    touch(keys) {
      sequence += 1;
      for (const key of keys) touched.set(key, sequence);
      if (touched.size <= maxKeys) return;
      touched.clear();
      forgotten = sequence;
    },
    lastTouched(keys) {
      let last = forgotten;
      for (const key of keys) last = Math.max(last, touched.get(key) ?? 0);
      return last;
    },
  };
}
