import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createMemoryRateLimitStore } from "./memory-rate-limit-store.ts";
import { describeRateLimitStore } from "./rate-limit-store.test-kit.ts";

describeRateLimitStore("memory", () => ({ store: createMemoryRateLimitStore(), key: randomUUID() }));

const limit = { maxRequests: 2, windowSeconds: 10 };

test("never more than the limit in any window, to the millisecond", () => {
  let now = 0;
  const store = createMemoryRateLimitStore({ clock: () => now });
  const at = (time: number): [boolean, number, number] => {
    now = time;
    const { allowed, remaining, resetMs } = store.consumeNow("a", limit);
    return [allowed, remaining, resetMs];
  };
  expect([0, 9_999, 9_999, 10_000, 10_001, 19_998, 19_999].map(at)).toEqual([
    [true, 1, 10_000],
    [true, 0, 1],
    [false, 0, 1],
    // The first of 0 ms is gone, the one of 9,999 ms is not.
    [true, 0, 9_999],
    [false, 0, 9_998],
    [false, 0, 1],
    [true, 0, 1],
  ]);
});

test("whenever requests come, no window has more than the limit, and a refused one waits as long as it was told", () => {
  const pauses = fc.array(fc.integer({ min: 0, max: 4_000 }), { maxLength: 60 });
  fc.assert(
    fc.property(pauses, fc.integer({ min: 1, max: 5 }), (waits, maxRequests) => {
      const store = createMemoryRateLimitStore();
      const allowed: number[] = [];
      let now = 0;
      for (const wait of waits) {
        now += wait;
        const usage = store.consumeNow("a", { maxRequests, windowSeconds: 10 }, now);
        const roomAt = (allowed.at(-maxRequests) ?? Number.NEGATIVE_INFINITY) + 10_000;
        expect(usage.allowed).toBe(roomAt <= now);
        expect(usage.allowed || now + usage.resetMs === roomAt).toBe(true);
        if (usage.allowed) allowed.push(now);
      }
    }),
  );
});

test("requests may be counted in another order than they came", () => {
  const store = createMemoryRateLimitStore();
  store.consumeNow("a", limit, 5_000);
  expect(store.consumeNow("a", limit, 1_000)).toEqual({ allowed: true, remaining: 0, resetMs: 10_000 });
  expect(store.consumeNow("a", limit, 11_000)).toMatchObject({ allowed: true });
  expect(store.consumeNow("a", limit, 14_999)).toMatchObject({ allowed: false, resetMs: 1 });
});

test("beyond maxKeys the key whose last allowed request is the oldest is forgotten", () => {
  const store = createMemoryRateLimitStore({ maxKeys: 2, clock: () => 0 });
  const isAllowed = (key: string): boolean => store.consumeNow(key, { maxRequests: 1, windowSeconds: 10 }).allowed;
  expect(["a", "b", "c"].map(isAllowed)).toEqual([true, true, true]);
  expect(["c", "b", "a"].map(isAllowed)).toEqual([false, false, true]);
  expect(store.size()).toBe(2);
});

test("100,000 callers keep maxKeys keys", () => {
  const store = createMemoryRateLimitStore();
  for (let index = 0; index < 100_000; index += 1) store.consumeNow(`ip:${index}`, limit);
  expect(store.size()).toBe(10_000);
});

test("what has expired goes when something else is counted", () => {
  let now = 0;
  const store = createMemoryRateLimitStore({ clock: () => now });
  for (const key of ["a", "b", "c"]) store.consumeNow(key, limit);
  now = 10_000;
  store.consumeNow("d", limit);
  expect(store.size()).toBe(1);
});
