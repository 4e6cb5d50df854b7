import { type Logger, noopLogger } from "@shaperail/core";
import { expect, test } from "vitest";
import { createMemoryRateLimitStore } from "./memory-rate-limit-store.ts";
import type { RateLimitStore } from "./rate-limit-store.ts";
import { createRateLimiter } from "./rate-limiter.ts";

const limit = { maxRequests: 2, windowSeconds: 60 };

/** A store that counts, and misbehaves when told to. */
function moodyStore(): RateLimitStore & { mood: "well" | "failing" | "hanging" | "forgetful"; asked: number } {
  let memory = createMemoryRateLimitStore();
  const store = {
    mood: "well" as "well" | "failing" | "hanging" | "forgetful",
    asked: 0,
    consume: async (...call: Parameters<RateLimitStore["consume"]>) => {
      store.asked += 1;
      if (store.mood === "failing") throw new Error("connection lost");
      if (store.mood === "hanging") await new Promise(() => undefined);
      if (store.mood === "forgetful") memory = createMemoryRateLimitStore();
      return memory.consume(...call);
    },
  };
  return store;
}

function recordingLogger(lines: string[]): Logger {
  const record =
    (level: string) =>
    (message: string): void =>
      void lines.push(`${level} ${message}`);
  return { ...noopLogger, warn: record("warn"), info: record("info") };
}

test("without a store the process counts on its own, and says so once", async () => {
  const lines: string[] = [];
  const limiter = createRateLimiter({ logger: recordingLogger(lines) });
  const results = [];
  for (let index = 0; index < 3; index += 1) results.push(await limiter.consume("a", limit));
  expect(results).toMatchObject([
    { allowed: true, remaining: 1, resetSeconds: 60, maxRequests: 2, windowSeconds: 60 },
    { allowed: true, remaining: 0 },
    { allowed: false, remaining: 0 },
  ]);
  expect(lines).toEqual(["warn Rate limits are counted per process, because there is no Redis to share them."]);
});

test("two limiters on one store allow the limit together", async () => {
  const store = createMemoryRateLimitStore();
  const limiters = [createRateLimiter({ store }), createRateLimiter({ store })];
  const results = await Promise.all(limiters.flatMap((limiter) => [1, 2, 3].map(() => limiter.consume("a", limit))));
  expect(results.filter(({ allowed }) => allowed)).toHaveLength(2);
});

test.each(["failing", "hanging"] as const)(
  "a %s store lets requests through, up to the limit that this process has seen",
  async (mood) => {
    const store = moodyStore();
    const failures: Error[] = [];
    const limiter = createRateLimiter({ store, deadlineMs: 10, onStoreFailure: (error) => failures.push(error) });
    expect(await limiter.consume("a", limit)).toMatchObject({ allowed: true, remaining: 1 });
    store.mood = mood;
    expect(await limiter.consume("a", limit)).toMatchObject({ allowed: true, remaining: 0 });
    expect(await limiter.consume("a", limit)).toMatchObject({ allowed: false });
    expect(await limiter.consume("b", limit)).toMatchObject({ allowed: true, remaining: 1 });
    expect(failures).toHaveLength(3);
  },
);

test("a store that loses what it counted never makes a process allow more than the limit", async () => {
  const store = moodyStore();
  store.mood = "forgetful";
  const limiter = createRateLimiter({ store });
  const results = await Promise.all(Array.from({ length: 10 }, () => limiter.consume("a", limit)));
  expect(results.filter(({ allowed }) => allowed)).toHaveLength(2);
});

test("a request the store refuses is not counted in the process either", async () => {
  const store = moodyStore();
  const other = createRateLimiter({ store });
  for (let index = 0; index < 2; index += 1) await other.consume("a", limit);
  const limiter = createRateLimiter({ store });
  for (let index = 0; index < 5; index += 1) expect((await limiter.consume("a", limit)).allowed).toBe(false);
  store.mood = "failing";
  expect(await limiter.consume("a", limit)).toMatchObject({ allowed: true, remaining: 1 });
});

test("an outage is one warning, one question per retryMs, and an end by itself", async () => {
  let now = 0;
  const lines: string[] = [];
  const store = moodyStore();
  const limiter = createRateLimiter({ store, retryMs: 500, clock: () => now, logger: recordingLogger(lines) });
  const ask = (): Promise<unknown> => Promise.all([1, 2, 3].map(() => limiter.consume("a", limit)));

  store.mood = "failing";
  await ask();
  expect(store.asked).toBe(3);
  now = 499;
  await ask();
  expect(store.asked).toBe(3);
  now = 500;
  await ask();
  expect(store.asked).toBe(4);
  store.mood = "well";
  now = 1_000;
  await ask();
  expect(store.asked).toBe(5);
  await ask();
  expect(store.asked).toBe(8);
  expect(lines).toEqual([
    "warn Rate limits are counted per process: their store does not answer.",
    "info Rate limits are counted in their store again.",
  ]);
});

test.each([
  { ms: 0.2, seconds: 1 },
  { ms: 999, seconds: 1 },
  { ms: 1_001, seconds: 2 },
])("$ms ms until the reset are $seconds s, never none", async ({ ms, seconds }) => {
  const store: RateLimitStore = { consume: async () => ({ allowed: false, remaining: 0, resetMs: ms }) };
  expect(await createRateLimiter({ store }).consume("a", limit)).toMatchObject({ resetSeconds: seconds });
});
