import type { Clock } from "@shaperail/core";
import type { CacheStore } from "./cache-store.ts";
import type { Circuit } from "./circuit.ts";
import type { Complain } from "./complaints.ts";
import { decodeEntry, freshness, type StoredEntry } from "./entry.ts";
import type { NearCache } from "./near-cache.ts";
import type { PendingRenewals } from "./pending-renewals.ts";
import { stampOf } from "./stamp.ts";

/** Where a value and what it depends on are in the store. */
export interface Place {
  readonly valueKey: string;
  readonly generationKeys: readonly string[];
}

/** What a look into the cache came to. What is loaded after a `hit` or a `miss` is kept under its stamp. */
export type Found =
  | {
      readonly state: "hit";
      readonly stamp: string;
      readonly entry: StoredEntry;
      readonly isStale: boolean;
      readonly isNear: boolean;
    }
  | { readonly state: "miss"; readonly stamp: string }
  | { readonly state: "bypass" };

export interface LookupParts {
  readonly read: CacheStore["read"];
  readonly circuit: Circuit;
  readonly renewals: PendingRenewals;
  readonly near: NearCache | undefined;
  readonly complain: Complain;
  readonly clock: Clock;
}

/** Looks for values: in this process, and then in the store. */
export interface Lookup {
  /** Never rejects, and takes no longer than the circuit's deadline. */
  find(place: Place): Promise<Found>;
  /** A value in this process that is fresh. */
  peek(place: Place): StoredEntry | undefined;
}

const BYPASS: Found = { state: "bypass" };

export function createLookup({ read, circuit, renewals, near, complain, clock }: LookupParts): Lookup {
  const usable = (entry: StoredEntry | undefined, isNear: boolean): Found | undefined => {
    const state = entry === undefined ? "expired" : freshness(entry, clock());
    if (entry === undefined || state === "expired") return undefined;
    return { state: "hit", stamp: entry.stamp, entry, isStale: state === "stale", isNear };
  };

  const peek: Lookup["peek"] = ({ valueKey, generationKeys }) => {
    if (near === undefined || renewals.isBlocked(generationKeys)) return undefined;
    const entry = near.find(valueKey, generationKeys);
    return entry !== undefined && freshness(entry, clock()) === "fresh" ? entry : undefined;
  };

  const find: Lookup["find"] = async (place) => {
    const { valueKey, generationKeys } = place;
    if (renewals.isBlocked(generationKeys)) return BYPASS;
    const nearby = usable(near?.find(valueKey, generationKeys), true);
    if (nearby !== undefined) return nearby;

    const since = renewals.now();
    const nearSince = near?.now() ?? 0;
    const outcome = await circuit.run(() => read(valueKey, generationKeys));
    if (!outcome.done) {
      if (outcome.error !== undefined) complain("The cache cannot be read", outcome.error);
      return BYPASS;
    }
    const stamp = stampOf(outcome.value);
    // What was invalidated here while the store was asked is old, whatever the store said.
    if (stamp === undefined || renewals.changedSince(generationKeys, since)) return BYPASS;
    near?.learn(generationKeys, outcome.value, nearSince);
    const stored = outcome.value.value === undefined ? undefined : decodeEntry(outcome.value.value);
    const found = stored?.stamp === stamp ? usable(stored, false) : undefined;
    if (found?.state === "hit") near?.keep(valueKey, found.entry);
    return found ?? { state: "miss", stamp };
  };

  return { find, peek };
}
