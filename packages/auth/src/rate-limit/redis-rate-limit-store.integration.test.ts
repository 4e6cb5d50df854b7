import { randomUUID } from "node:crypto";
import { type RedisServer, startRedis, type TestRedis, testRedis } from "@shaperail/test-services";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rateLimitKey } from "./rate-limit-key.ts";
import { createRateLimiter } from "./rate-limiter.ts";
import { describeRateLimitStore } from "./rate-limit-store.test-kit.ts";
import { createRedisRateLimitStore } from "./redis-rate-limit-store.ts";

let shared: TestRedis;
let client: Redis;
beforeAll(async () => {
  shared = await testRedis();
  client = new Redis(shared.url);
});
afterAll(async () => {
  client.disconnect();
  await shared.close();
});

const freshKey = (): string => `${shared.prefix}${randomUUID()}`;
const limit = { maxRequests: 3, windowSeconds: 60 };

describeRateLimitStore("Redis", () => ({ store: createRedisRateLimitStore({ client }), key: freshKey() }));

test("every key has a lifetime of one window from its last allowed request", async () => {
  const store = createRedisRateLimitStore({ client });
  const key = freshKey();
  for (let index = 0; index < 3; index += 1) await store.consume(key, limit);
  await client.pexpire(key, 5_000);
  expect((await store.consume(key, limit)).allowed).toBe(false);
  expect(await client.pttl(key)).toBeLessThanOrEqual(5_000);
  expect(await client.pttl(key)).toBeGreaterThan(0);
  expect(await client.llen(key)).toBe(3);
});

test("what left the window leaves the list", async () => {
  const store = createRedisRateLimitStore({ client });
  const key = freshKey();
  const now = Date.now();
  await client.rpush(key, ...[-90_000, -80_000, -70_000, -30_000, -1_000].map((ago) => String(now + ago)));
  expect(await store.consume(key, limit)).toMatchObject({ allowed: true, remaining: 0 });
  expect(await client.llen(key)).toBe(3);
});

test.each([
  { what: "a little, counts on from the last time", aheadMs: 30_000, remaining: 1, kept: 2 },
  { what: "more than a window, starts anew", aheadMs: 3_600_000, remaining: 2, kept: 1 },
])("a Redis whose clock was set back $what", async ({ aheadMs, remaining, kept }) => {
  const store = createRedisRateLimitStore({ client });
  const key = freshKey();
  await client.rpush(key, String(Date.now() + aheadMs));
  const usage = await store.consume(key, limit);
  expect(usage).toMatchObject({ allowed: true, remaining });
  expect(usage.resetMs).toBeLessThanOrEqual(60_000);
  expect(await client.llen(key)).toBe(kept);
});

test("clocks of processes need not agree: only Redis's counts", async () => {
  const store = createRedisRateLimitStore({ client });
  const key = freshKey();
  const limiters = [0, 3_600_000, -3_600_000].map((skew) =>
    createRateLimiter({ store, clock: () => performance.now() + skew }),
  );
  const results = await Promise.all(limiters.flatMap((limiter) => [1, 2, 3].map(() => limiter.consume(key, limit))));
  expect(results.filter(({ allowed }) => allowed)).toHaveLength(3);
});

test("100 requests at once through two processes' limiters are exactly the limit", async () => {
  const other = new Redis(shared.url);
  const limiters = [client, other].map((each) =>
    createRateLimiter({ store: createRedisRateLimitStore({ client: each }), deadlineMs: 10_000 }),
  );
  const key = freshKey();
  const many = { maxRequests: 30, windowSeconds: 60 };
  const results = await Promise.all(
    Array.from({ length: 50 }, () => limiters.map((limiter) => limiter.consume(key, many))).flat(),
  );
  other.disconnect();
  expect(results.filter(({ allowed }) => allowed)).toHaveLength(30);
});

test("a Redis that forgot the script is taught it again", async () => {
  const store = createRedisRateLimitStore({ client });
  const key = freshKey();
  await store.consume(key, limit);
  await client.script("FLUSH");
  expect(await store.consume(key, limit)).toMatchObject({ remaining: 1 });
});

test("a key that holds something else is an error, not a free pass", async () => {
  const key = freshKey();
  await client.set(key, "x");
  await expect(createRedisRateLimitStore({ client }).consume(key, limit)).rejects.toThrow("WRONGTYPE");
});

test("100 used-up requests of one caller take less than 2 KB", async () => {
  const store = createRedisRateLimitStore({ client });
  const key = `${shared.prefix}${rateLimitKey({ resource: "posts", action: "list", subject: undefined, address: "203.0.113.7" })}`;
  for (let index = 0; index < 100; index += 1) await store.consume(key, { maxRequests: 100, windowSeconds: 60 });
  expect(await client.memory("USAGE", key)).toBeLessThan(2_048);
});

test.each(["pause", "kill"] as const)(
  "after %s nobody waits longer than the deadline, each process keeps to the limit, and it recovers by itself",
  async (fault) => {
    await using server = await startRedis();
    const fragile = new Redis(server.url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
    fragile.on("error", () => undefined);
    const failures: Error[] = [];
    const limiters = [1, 2].map(() =>
      createRateLimiter({
        store: createRedisRateLimitStore({ client: fragile }),
        deadlineMs: 1_000,
        retryMs: 200,
        onStoreFailure: (error) => failures.push(error),
      }),
    );
    const consumeAll = async (key: string): Promise<number> => {
      const results = await Promise.all(
        Array.from({ length: 20 }, () => limiters.map((limiter) => limiter.consume(key, limit))).flat(),
      );
      return results.filter(({ allowed }) => allowed).length;
    };
    await limiters[0]?.consume("warm", limit);

    await stop(server, fault);
    const startedAt = performance.now();
    // 40 requests at once, each of which would wait for ever.
    expect(await consumeAll("a")).toBe(2 * limit.maxRequests);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(failures.length).toBeGreaterThanOrEqual(40);

    await restore(server, fault);
    await expect
      .poll(
        async () => {
          const before = failures.length;
          await Promise.all(limiters.map((limiter) => limiter.consume(randomUUID(), limit)));
          return failures.length - before;
        },
        { timeout: 20_000, interval: 50 },
      )
      .toBe(0);
    expect(await consumeAll("b")).toBe(limit.maxRequests);
    // Redis lost the count, or never had it; the processes did not.
    expect(await consumeAll("a")).toBe(0);
    fragile.disconnect();
  },
);

async function stop(server: RedisServer, fault: "pause" | "kill"): Promise<void> {
  if (fault === "pause") server.pause();
  else await server.stop("kill");
}

async function restore(server: RedisServer, fault: "pause" | "kill"): Promise<void> {
  if (fault === "pause") server.resume();
  else await server.start();
}
