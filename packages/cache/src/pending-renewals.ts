import { createLedger } from "./ledger.ts";

/** What this process invalidated: since when, and whether the store has heard of it. Works on keys of generations. */
export interface PendingRenewals {
  /** Notes, before anything else happens, that the values behind the keys are old. */
  begin(keys: readonly string[]): void;
  /** The keys the store has not heard of. */
  pending(): readonly string[];
  readonly size: number;
  /** A point in time to give to `settle` and `changedSince`. */
  now(): number;
  /** Notes that the store has renewed the keys; those invalidated once more after `since` stay pending. */
  settle(keys: readonly string[], since: number): void;
  /** Whether a value behind the keys, of which the one of everything is one, must not be used. */
  isBlocked(keys: readonly string[]): boolean;
  /** Whether one of the keys was invalidated here after the point. */
  changedSince(keys: readonly string[], since: number): boolean;
}

export interface PendingRenewalsOptions {
  /** Most keys remembered; above it everything counts as invalidated. */
  readonly maxKeys: number;
  /** The key behind all values. */
  readonly everything: string;
}

export function createPendingRenewals({ maxKeys, everything }: PendingRenewalsOptions): PendingRenewals {
  const ledger = createLedger({ maxKeys });
  const pending = new Map<string, number>();
  return {
    begin(keys) {
      ledger.touch(keys);
      for (const key of keys) pending.set(key, ledger.now());
      if (pending.size <= maxKeys) return;
      // Which they were is forgotten, so all of them were.
      pending.clear();
      ledger.touch([everything]);
      pending.set(everything, ledger.now());
    },
    pending: () => [...pending.keys()],
    get size() {
      return pending.size;
    },
    now: ledger.now,
    settle(keys, since) {
      for (const key of keys) {
        if ((pending.get(key) ?? 0) <= since) pending.delete(key);
      }
    },
    isBlocked: (keys) => pending.size > 0 && keys.some((key) => pending.has(key)),
    changedSince: (keys, since) => ledger.lastTouched(keys) > since,
  };
}
