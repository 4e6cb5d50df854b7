import { setTimeout as pause } from "node:timers/promises";
import { type RedisServer, startRedis } from "@shaperail/test-services";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testCache, until } from "./cache.test-kit.ts";
import type { Cache } from "./cache-contract.ts";
import { cleanup, connected } from "./redis.test-kit.ts";
import { createRedisFeed } from "./redis-feed.ts";
import { createRedisStore } from "./redis-store.ts";

/*
 * Two instances on one real Redis: one with a near cache, one without. Rows count up, loads and writes pause at random. What
 * a read may answer at least is what was acknowledged before it began: by its own instance, and by the other one too; of the
 * latter an instance with a near cache hears a moment later.
 */

const resources = cleanup();
let server: RedisServer;
let caches: readonly [Cache, Cache];
beforeAll(async () => {
  server = resources.add(await startRedis());
  const redis = [
    resources.add(await connected({ url: server.url })),
    resources.add(await connected({ url: server.url })),
  ];
  const [nearRedis, plainRedis] = redis;
  if (nearRedis === undefined || plainRedis === undefined) throw new Error("There are two.");
  const feed = resources.add(createRedisFeed({ redis: nearRedis, maxSilenceMs: 5_000 }));
  const options = { timeoutMs: 5_000, failureThreshold: 1_000 };
  caches = [
    resources.add(testCache({ ...options, store: createRedisStore({ redis: nearRedis }), near: { feed } })),
    resources.add(testCache({ ...options, store: createRedisStore({ redis: plainRedis }) })),
  ];
  await until(() => feed.coherentWith() !== undefined);
});
afterAll(() => resources[Symbol.asyncDispose]());

const NEAR = 0;

const step = fc.record({
  kind: fc.constantFrom("read" as const, "read" as const, "read" as const, "write" as const),
  instance: fc.constantFrom(0 as const, 1 as const),
  row: fc.constantFrom(0 as const, 0 as const, 1 as const),
  pauseMs: fc.constantFrom(0, 0, 1, 3),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

let run = 0;

async function play(clients: readonly (readonly Step[])[]): Promise<void> {
  const name = `run-${(run += 1)}`;
  const source = [0, 0];
  const acknowledged = [
    [0, 0],
    [0, 0],
  ];
  const wrong: string[] = [];
  const read = (instance: 0 | 1, row: 0 | 1, pauseMs: number): Promise<number> =>
    caches[instance].getOrSet(
      `${name} row ${row}`,
      async () => {
        const seen = source[row] ?? 0;
        await pause(pauseMs);
        return seen;
      },
      { tags: [`${name}-${row}`] },
    );
  const act = async ({ kind, instance, row, pauseMs }: Step): Promise<void> => {
    if (kind === "write") {
      const value = (source[row] ?? 0) + 1;
      source[row] = value;
      await pause(pauseMs);
      if (!(await caches[instance].invalidate([`${name}-${row}`]))) wrong.push("an invalidation was not delivered");
      for (const [reader, known] of acknowledged.entries()) {
        if (reader === instance || reader !== NEAR) known[row] = Math.max(known[row] ?? 0, value);
      }
      return;
    }
    const least = acknowledged[instance]?.[row] ?? 0;
    const value = await read(instance, row, pauseMs);
    if (value < least) wrong.push(`instance ${instance} answered ${value} for row ${row} after ${least}`);
  };
  await Promise.all(
    clients.map(async (steps) => {
      for (const current of steps) await act(current);
    }),
  );
  expect(wrong).toEqual([]);
  // The instance with a near cache hears of everything soon.
  for (const row of [0, 1] as const) {
    for (const instance of [0, 1] as const) await until(async () => (await read(instance, row, 0)) === source[row]);
  }
}

test("no instance answers what is older than an acknowledged write of its own, nor of another beyond the bound", async () => {
  const clients = fc.array(fc.array(step, { minLength: 1, maxLength: 12 }), { minLength: 2, maxLength: 8 });
  await fc.assert(fc.asyncProperty(clients, play), { numRuns: 150, endOnFailure: true });
  expect(caches[NEAR].stats().nearHits).toBeGreaterThan(0);
});

test("what another instance wrote is heard of, every time", async () => {
  const waits: number[] = [];
  for (let round = 1; round <= 100; round += 1) {
    const read = (value: number): Promise<number> =>
      caches[NEAR].getOrSet("staleness", async () => value, { tags: ["staleness"] });
    await caches[NEAR].invalidate(["staleness"]);
    await read(round);
    await caches[1].invalidate(["staleness"]);
    const begin = performance.now();
    await until(async () => (await read(-round)) === -round);
    waits.push(performance.now() - begin);
  }
  // On one machine it is a millisecond; the limit leaves room for a busy one.
  expect(Math.max(...waits)).toBeLessThan(5_000);
});
