import type { CacheAnswer, CacheRequest, LoadedEntry } from "./cache-contract.ts";
import type { Complain } from "./complaints.ts";
import type { CacheEntry } from "./entry.ts";
import type { Keep, Kept } from "./keep.ts";
import type { Found, Place } from "./lookup.ts";
import { createSingleFlight } from "./single-flight.ts";

/** Answers a request from the cache, or with what is loaded. */
export interface Fetch {
  /** Rejects only with what `load` rejects with. */
  answer(place: Place, request: CacheRequest, load: () => Promise<LoadedEntry>): Promise<CacheAnswer>;
  /** Loads that can be shared now. */
  readonly flights: number;
}

export interface FetchOptions {
  readonly look: (place: Place, request: CacheRequest) => Promise<Found>;
  readonly keeper: (place: Place, request: CacheRequest) => Keep;
  readonly complain: Complain;
  readonly maxFlights: number;
  readonly flightTimeoutMs: number;
  readonly maxRefreshes: number;
}

type Work = () => Promise<Kept>;

export function createFetch({
  look,
  keeper,
  complain,
  maxFlights,
  flightTimeoutMs,
  maxRefreshes,
}: FetchOptions): Fetch {
  // Whoever looked before the store had the value finds nothing, and would load it a second time.
  const until = ({ stored }: Kept): Promise<void> | undefined => stored;
  const flights = createSingleFlight<Kept>({ maxFlights, timeoutMs: flightTimeoutMs, until });
  let refreshes = 0;

  const flightKey = (valueKey: string, stamp: string): string => `${valueKey} ${stamp}`;
  /**
   * Whoever found the same state of the data shares a load. Where the state is unknown, a load that is under way may be older
   * than a write that was acknowledged since, so only one that has not begun is shared.
   */
  const share = ({ valueKey }: Place, found: Found, work: Work): Promise<Kept> =>
    found.state === "bypass" ? flights.joinNext(valueKey, work) : flights.join(flightKey(valueKey, found.stamp), work);

  const refreshLater = (key: string, work: Work): void => {
    if (flights.has(key) || refreshes >= maxRefreshes) return;
    refreshes += 1;
    flights
      .join(key, work)
      .catch((error: unknown) => complain("A stale value cannot be loaded anew", error))
      .finally(() => (refreshes -= 1));
  };

  return {
    async answer(place, request, load) {
      const keep = keeper(place, request);
      const found = await look(place, request);
      const work: Work = async () => keep(found, await load());
      if (request.refresh === true) return toAnswer((await work()).entry, "bypass");
      if (found.state !== "hit") return toAnswer((await share(place, found, work)).entry, found.state);
      if (found.isStale) refreshLater(flightKey(place.valueKey, found.stamp), work);
      return toAnswer(found.entry, "hit", found.isStale);
    },
    get flights() {
      return flights.size;
    },
  };
}

function toAnswer({ body, meta }: CacheEntry, state: CacheAnswer["state"], isStale = false): CacheAnswer {
  return { body, meta, state, isStale };
}
