import { closeable, noopLogger, noopObserver, systemClock } from "@shaperail/core";
import { createCacheKeys, checkTags, EVERYTHING } from "./cache-key.ts";
import type { Cache, CacheOptions, CacheRequest, LoadedEntry } from "./cache-contract.ts";
import { createCircuit } from "./circuit.ts";
import { createComplaints } from "./complaints.ts";
import { CacheError } from "./errors.ts";
import { createFetch } from "./fetch.ts";
import { createInvalidator } from "./invalidator.ts";
import { createKeeper } from "./keep.ts";
import { createLookup, type Found, type Place } from "./lookup.ts";
import { createNearCache } from "./near-cache.ts";
import { observeStore } from "./observed-store.ts";
import { createPendingRenewals } from "./pending-renewals.ts";
import { createRecovery } from "./recovery.ts";
import { createValueWriter } from "./value-writer.ts";

const BYPASS: Found = { state: "bypass" };
const GET = { "cache.operation": "get" };
const HIT = { "cache.result": "hit" };
const DONE = Promise.resolve();
const MISS = { "cache.result": "miss" };

export function createCache({
  store,
  prefix = "shaperail:cache:",
  version = "1",
  ttlSeconds = 60,
  staleSeconds = 0,
  timeoutMs = 50,
  failureThreshold = 5,
  maxProbePauseMs = 1_000,
  maxValueBytes = 1_024 * 1_024,
  maxPendingBytes = 16 * 1_024 * 1_024,
  maxFlights = 10_000,
  flightTimeoutMs = 10_000,
  maxRefreshes = 16,
  maxPendingTags = 10_000,
  near: nearOptions,
  clock = systemClock,
  random = Math.random,
  logger: parentLogger = noopLogger,
  observer = noopObserver,
}: CacheOptions): Cache {
  const logger = parentLogger.child("shaperail_runtime::cache");
  const complain = createComplaints({ logger, clock });
  const keys = createCacheKeys({ prefix, version });
  const observed = observeStore(store, observer);
  const everything = keys.generation(EVERYTHING);
  const renewals = createPendingRenewals({ maxKeys: maxPendingTags, everything });
  const circuit = createCircuit({
    timeoutMs,
    threshold: failureThreshold,
    isFailure: (error) => !(error instanceof CacheError && error.code === "CACHE_COMMAND_FAILED"),
    onOpen(error) {
      isReported = complain("The cache does not answer and is left alone", error) || isReported;
      recovery.wake();
    },
  });
  const near =
    nearOptions &&
    createNearCache({
      feed: nearOptions.feed,
      generationPrefix: keys.generationPrefix,
      maxBytes: nearOptions.maxBytes ?? 16 * 1_024 * 1_024,
      maxEntries: nearOptions.maxEntries ?? 5_000,
    });
  const invalidator = createInvalidator({
    renew: observed.renew,
    renewals,
    circuit,
    near,
    complain,
    onPending: () => recovery.wake(),
  });
  const recovery = createRecovery({
    attempt: recover,
    shortestMs: Math.min(100, maxProbePauseMs),
    longestMs: maxProbePauseMs,
    random,
  });
  const writer = createValueWriter({ store: observed.write, circuit, complain, maxPendingBytes });
  const lookup = createLookup({
    read: (key, generationKeys) => store.read(key, generationKeys),
    circuit,
    renewals,
    near,
    complain,
    clock,
  });
  let isReported = false;
  const counts = { hit: 0, near: 0, miss: 0, bypass: 0 };
  let isClosed = false;

  async function recover(): Promise<boolean> {
    if (circuit.isOpen) {
      const probe = await circuit.probe(() => store.read(keys.value("probe"), [everything]));
      if (!probe.done) return false;
      // What the store has not heard of stays out of use, so nothing old comes back with it.
      circuit.close();
      if (isReported) logger.info("The cache is back");
      isReported = false;
    }
    return invalidator.catchUp();
  }

  const placeOf = ({ key, tags = [] }: CacheRequest, kind: "bytes" | "json"): Place => ({
    valueKey: keys.value(`${kind}:${key}`),
    generationKeys: keys.generations(tags),
  });
  const look = (place: Place, { refresh = false }: CacheRequest): Promise<Found> =>
    observer.observe("cache.op", GET, async (report) => {
      const found: Found = isClosed ? BYPASS : await lookup.find(place);
      const state = refresh ? "bypass" : found.state;
      counts[state] += 1;
      if (state === "hit" && found.state === "hit" && found.isNear) counts.near += 1;
      if (state !== "bypass") report(state === "hit" ? HIT : MISS);
      return found;
    });
  const keeper = createKeeper({ near, writer, clock, random, ttlSeconds, staleSeconds, maxValueBytes });
  const fetch = createFetch({ look, keeper, complain, maxFlights, flightTimeoutMs, maxRefreshes });

  return {
    fetch: async (request, load) => fetch.answer(placeOf(request, "bytes"), request, load),
    async getOrSet<T>(key: string, load: () => Promise<T>, options: Omit<CacheRequest, "key"> = {}): Promise<T> {
      const request = { ...options, key };
      const { body } = await fetch.answer(placeOf(request, "json"), request, async () => {
        // In an object, since JSON has no text for undefined alone.
        return { body: JSON.stringify({ value: await load() }) };
      });
      return JSON.parse(body.toString()).value;
    },
    peek(request) {
      if (isClosed || request.refresh === true) return undefined;
      const entry = lookup.peek(placeOf(request, "bytes"));
      if (entry === undefined) return undefined;
      counts.hit += 1;
      counts.near += 1;
      void observer.observe("cache.op", GET, (report) => {
        report(HIT);
        return DONE;
      });
      return entry;
    },
    async lookup(request) {
      const place = placeOf(request, "bytes");
      const keep = keeper(place, request);
      const found = await look(place, request);
      if (found.state === "bypass") return found;
      const keepLoaded = (loaded: LoadedEntry): void => void keep(found, loaded);
      if (found.state === "miss") return { state: "miss", keep: keepLoaded };
      const { body, meta } = found.entry;
      return { state: "hit", entry: { body, meta }, isStale: found.isStale, keep: keepLoaded };
    },
    async invalidate(tags) {
      checkTags(tags);
      return tags.length === 0 || invalidator.invalidate(tags.map(keys.generation));
    },
    invalidateAll: () => invalidator.invalidate([everything]),
    stats: () => ({
      hits: counts.hit,
      nearHits: counts.near,
      misses: counts.miss,
      bypasses: counts.bypass,
      isOpen: circuit.isOpen,
      pendingInvalidations: renewals.size,
      flights: fetch.flights,
      nearEntries: near?.size ?? 0,
    }),
    ...closeable(async () => {
      isClosed = true;
      recovery.stop();
      await Promise.all([writer.close(), invalidator.catchUp()]);
    }),
  };
}
