import type { Circuit, Outcome } from "./circuit.ts";
import type { Complain } from "./complaints.ts";
import type { NearCache } from "./near-cache.ts";
import type { PendingRenewals } from "./pending-renewals.ts";

/** Replaces generations, at once or as soon as the store can be reached. */
export interface Invalidator {
  /** From the call on nothing older is used here; resolves with whether the store, and so everybody, knows. */
  invalidate(generationKeys: readonly string[]): Promise<boolean>;
  /** Tells the store what it has not heard of, also while the circuit is open; resolves with whether nothing is left. */
  catchUp(): Promise<boolean>;
}

export interface InvalidatorOptions {
  readonly renew: (generationKeys: readonly string[]) => Promise<void>;
  readonly renewals: PendingRenewals;
  readonly circuit: Circuit;
  readonly near: NearCache | undefined;
  readonly complain: Complain;
  /** Called when something is left to tell. */
  readonly onPending: () => void;
}

/** Renewed in one go while catching up: few enough for the deadline. */
const CHUNK = 200;

export function createInvalidator({
  renew,
  renewals,
  circuit,
  near,
  complain,
  onPending,
}: InvalidatorOptions): Invalidator {
  type Run = (work: () => Promise<void>) => Promise<Outcome<void>>;

  const tell = async (keys: readonly string[], run: Run): Promise<boolean> => {
    const since = renewals.now();
    const outcome = await run(() => renew(keys));
    if (outcome.done) renewals.settle(keys, since);
    else if (outcome.error !== undefined)
      complain("The cache cannot be invalidated, its values are not used", outcome.error);
    return outcome.done;
  };

  return {
    async invalidate(generationKeys) {
      renewals.begin(generationKeys);
      near?.forget(generationKeys);
      const isTold = await tell(generationKeys, circuit.run);
      if (renewals.size > 0) onPending();
      return isTold;
    },
    async catchUp() {
      const waiting = renewals.pending();
      for (let start = 0; start < waiting.length; start += CHUNK) {
        if (!(await tell(waiting.slice(start, start + CHUNK), circuit.probe))) return false;
      }
      return renewals.size === 0;
    },
  };
}
