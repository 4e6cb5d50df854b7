import { testRedis, type TestRedis } from "@shaperail/test-services";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openRedis, type RedisConnection } from "./redis-connection.ts";
import { createRedisStore } from "./redis-store.ts";
import { cacheStoreContract } from "./testing.ts";

let shared: TestRedis;
let redis: RedisConnection;
beforeAll(async () => {
  shared = await testRedis();
  redis = openRedis({ url: shared.url });
  await redis.connect();
});
afterAll(async () => {
  await redis.close();
  await shared.close();
});

test.each(cacheStoreContract())("Redis: $name", async ({ name }) => {
  const contract = cacheStoreContract({ prefix: shared.prefix }).find((other) => other.name === name);
  await expect(contract?.run(createRedisStore({ redis }))).resolves.toBeUndefined();
});

test("two connections to one server name the same origin", async () => {
  await using other = openRedis({ url: shared.url });
  await other.connect();
  const key = `${shared.prefix}origin`;
  const [one, two] = await Promise.all([
    createRedisStore({ redis }).read(key, []),
    createRedisStore({ redis: other }).read(key, []),
  ]);
  expect(one.origin).toMatch(/^[0-9a-f]{40}$/);
  expect(two.origin).toBe(one.origin);
});

test.each([
  { what: "a list", spoil: (key: string) => redis.client.rpush(key, "x") },
  { what: "a text that is too long", spoil: (key: string) => redis.client.set(key, "x".repeat(100_000)) },
  { what: "an empty text", spoil: (key: string) => redis.client.set(key, "") },
])("$what in place of a generation is replaced", async ({ what, spoil }) => {
  const store = createRedisStore({ redis });
  const key = `${shared.prefix}spoiled ${what}`;
  await spoil(key);
  const first = await store.read("value", [key]);
  expect(first.generations[0]).toMatch(/^[\w-]{16}$/);
  expect((await store.read("value", [key])).generations).toEqual(first.generations);
});

test("a generation is forgotten after its time, not before", async () => {
  const key = `${shared.prefix}forgotten`;
  await createRedisStore({ redis, generationTtlSeconds: 3_600 }).renew([key]);
  const seconds = await redis.client.ttl(key);
  expect(seconds).toBeGreaterThan(3_500);
  expect(seconds).toBeLessThanOrEqual(3_600);
});
