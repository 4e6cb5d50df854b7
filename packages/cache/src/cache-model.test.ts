import fc from "fast-check";
import { expect, test } from "vitest";
import { testCache } from "./cache.test-kit.ts";
import type { Cache } from "./cache-contract.ts";
import type { CacheStore } from "./cache-store.ts";
import { CacheError } from "./errors.ts";
import { createMemoryStore } from "./memory-store.ts";

/*
 * Two instances of a service, one shared store and one source of truth: two rows that only ever count up. A few clients ask
 * one thing after the other. Everything that takes time waits for fast-check's scheduler, which tries the orders in which it
 * can end. A read must never answer less than what had been acknowledged before it began:
 *  - writes of its own instance, always;
 *  - writes of the other instance, when `invalidate` said that everybody knows.
 */

type Row = 0 | 1;

interface Step {
  readonly kind: "read" | "write";
  readonly instance: 0 | 1;
  readonly row: Row;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("read" as const, "read" as const, "write" as const),
  instance: fc.constantFrom(0 as const, 1 as const),
  row: fc.constantFrom(0 as const, 0 as const, 0 as const, 0 as const, 1 as const),
});
const client: fc.Arbitrary<Step[]> = fc.array(step, { minLength: 1, maxLength: 6 });

interface World {
  readonly scheduler: fc.Scheduler;
  /** The outcome of each operation of the store, in order; then all work. */
  readonly failures: readonly boolean[];
  readonly staleSeconds: number;
}

/** Every operation takes its turn before and after it happens, and may fail before or after. */
function scheduledStore({ scheduler, failures }: World): CacheStore {
  const inner = createMemoryStore();
  let operation = 0;
  const act = async <T>(label: string, work: () => Promise<T>): Promise<T> => {
    const fails = failures[operation++] ?? false;
    await scheduler.schedule(Promise.resolve(), `${label} sent`);
    const result = await work();
    await scheduler.schedule(Promise.resolve(), `${label} answered`);
    // The worst kind of failure: it happened, and nobody knows.
    if (fails) throw new CacheError("lost", { code: "CACHE_UNAVAILABLE" });
    return result;
  };
  return {
    read: (key, generationKeys) => act("read", () => inner.read(key, generationKeys)),
    write: (key, value, ttlMs) => act("write", () => inner.write(key, value, ttlMs)),
    renew: async (generationKeys) => {
      const fails = failures[operation++] ?? false;
      await scheduler.schedule(Promise.resolve(), "renew sent");
      if (fails) throw new CacheError("lost", { code: "CACHE_UNAVAILABLE" });
      await inner.renew(generationKeys);
      await scheduler.schedule(Promise.resolve(), "renewed");
    },
  };
}

/** Plays all clients at once and returns the reads that answered too little. */
async function play(clients: readonly (readonly Step[])[], world: World): Promise<readonly string[]> {
  const wrong: string[] = [];
  const store = scheduledStore(world);
  const options = { store, timeoutMs: 60_000, maxProbePauseMs: 60_000, failureThreshold: 1_000, ttlSeconds: 3_600 };
  const caches: readonly [Cache, Cache] = [testCache(options), testCache(options)];
  const source = [0, 0];
  const acknowledged = [
    [0, 0],
    [0, 0],
  ];
  const known = (instance: number, row: Row): number => acknowledged[instance]?.[row] ?? 0;
  const acknowledge = (instance: number, row: Row, value: number): void => {
    const own = acknowledged[instance];
    if (own !== undefined) own[row] = Math.max(own[row] ?? 0, value);
  };

  const read = async ({ instance, row }: Step): Promise<void> => {
    const least = known(instance, row);
    const value = await caches[instance].getOrSet(
      `row ${row}`,
      async () => {
        const seen = source[row] ?? 0;
        // Slower than all else, since what goes wrong goes wrong behind its back.
        for (let turn = 0; turn < 4; turn += 1) await world.scheduler.schedule(Promise.resolve(), "query under way");
        return seen;
      },
      { tags: [`row-${row}`], staleSeconds: world.staleSeconds, ttlSeconds: world.staleSeconds > 0 ? 0 : 3_600 },
    );
    if (value < least)
      wrong.push(`instance ${instance} answered ${value} for row ${row} after ${least} was acknowledged`);
  };
  const write = async ({ instance, row }: Step): Promise<void> => {
    const value = (source[row] ?? 0) + 1;
    source[row] = value;
    await world.scheduler.schedule(Promise.resolve(), "committed");
    const isKnown = await caches[instance].invalidate([`row-${row}`]);
    acknowledge(instance, row, value);
    if (isKnown) acknowledge(1 - instance, row, value);
  };

  const running = clients.map(async (steps) => {
    for (const current of steps) {
      await world.scheduler.schedule(Promise.resolve(), `${current.kind} begins`);
      await (current.kind === "read" ? read(current) : write(current));
    }
  });
  await world.scheduler.waitFor(Promise.all(running));
  await world.scheduler.waitIdle();
  return wrong;
}

test.each([
  { what: "with a store that works", failures: fc.constant([]), staleSeconds: 0 },
  {
    what: "with a store that loses answers",
    failures: fc.array(fc.boolean(), { minLength: 20, maxLength: 80 }),
    staleSeconds: 0,
  },
  { what: "with values that are stale at once", failures: fc.constant([]), staleSeconds: 3_600 },
])("nobody reads what is older than an acknowledged write, $what", async ({ failures, staleSeconds }) => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(client, { minLength: 2, maxLength: 5 }),
      failures,
      async (scheduler, clients, lost) => {
        expect(await play(clients, { scheduler, failures: lost, staleSeconds })).toEqual([]);
      },
    ),
    { numRuns: 500 },
  );
});
