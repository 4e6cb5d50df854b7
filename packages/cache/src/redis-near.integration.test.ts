import { type FaultProxy, type RedisServer, startFaultProxy, startRedis } from "@shaperail/test-services";
import { afterAll, expect, test } from "vitest";
import { recordingLogger, testCache, until } from "./cache.test-kit.ts";
import type { Cache } from "./cache-contract.ts";
import { cleanup, connected } from "./redis.test-kit.ts";
import type { RedisConnection } from "./redis-connection.ts";
import { createRedisFeed } from "./redis-feed.ts";
import { createRedisStore } from "./redis-store.ts";

const resources = cleanup();
afterAll(() => resources[Symbol.asyncDispose]());

const tags = ["posts"];
const read = (cache: Cache, value: string): Promise<string> => cache.getOrSet("key", async () => value, { tags });

interface Pair {
  readonly server: RedisServer;
  readonly proxy: FaultProxy;
  readonly redis: RedisConnection;
  /** With a near cache, behind the proxy. */
  readonly near: Cache;
  /** Without, straight to Redis. */
  readonly other: Cache;
}

async function pair({
  maxSilenceMs = 1_000,
  settings = {},
}: { maxSilenceMs?: number; settings?: Record<string, string> } = {}): Promise<Pair> {
  const server = resources.add(await startRedis({ settings }));
  const proxy = resources.add(await startFaultProxy({ target: server.url }));
  const redis = resources.add(await connected({ url: proxy.url, socketTimeoutMs: 500 }));
  const direct = resources.add(await connected({ url: server.url }));
  const feed = resources.add(createRedisFeed({ redis, maxSilenceMs }));
  const near = resources.add(testCache({ store: createRedisStore({ redis }), near: { feed }, timeoutMs: 500 }));
  const other = resources.add(testCache({ store: createRedisStore({ redis: direct }), timeoutMs: 500 }));
  await until(() => feed.coherentWith() !== undefined);
  return { server, proxy, redis, near, other };
}

/** Reads the value until it is found in this process. */
const isNear = ({ near }: Pair, value: string): Promise<void> =>
  until(async () => {
    const { nearHits } = near.stats();
    return (await read(near, value)) === value && near.stats().nearHits > nearHits;
  });

test("a value is found in this process, and a write elsewhere is heard of", async () => {
  const it = await pair();
  await isNear(it, "old");
  for (let round = 0; round < 20; round += 1) {
    const value = `new ${round}`;
    expect(await it.other.invalidate(tags)).toBe(true);
    // On one machine within milliseconds; the deadline is for a busy one.
    await until(async () => (await read(it.near, value)) === value);
    await isNear(it, value);
  }
});

test("a write here counts at once", async () => {
  const it = await pair();
  for (let round = 0; round < 20; round += 1) {
    await isNear(it, `old ${round}`);
    await it.near.invalidate(tags);
    expect(await read(it.near, `new ${round}`)).toBe(`new ${round}`);
    await it.near.invalidate(tags);
  }
});

test.each([
  { what: "a generation that is deleted", act: ({ redis }: Pair) => redis.client.del("shaperail:cache:g:posts") },
  { what: "FLUSHALL", act: ({ redis }: Pair) => redis.client.flushall() },
  { what: "everything invalidated", act: ({ other }: Pair) => other.invalidateAll() },
])("$what is heard of too", async ({ act }) => {
  const it = await pair();
  await isNear(it, "old");
  await act(it);
  await until(async () => (await read(it.near, "new")) === "new");
  await isNear(it, "new");
  expect(await read(it.near, "newer")).toBe("new");
});

test.each([
  { what: "falls silent", fault: { kind: "half-open" } },
  { what: "is reset", fault: { kind: "reset" } },
] as const)("when the network $what, nothing is found in this process beyond the bound", async ({ fault }) => {
  const it = await pair({ maxSilenceMs: 200 });
  await isNear(it, "old");
  it.proxy.setMode(fault);
  expect(await it.other.invalidate(tags)).toBe(true);
  await until(async () => (await read(it.near, "new")) === "new");
  const { nearHits } = it.near.stats();
  expect(await read(it.near, "newer")).toBe("newer");
  expect(it.near.stats().nearHits).toBe(nearHits);
  it.proxy.setMode({ kind: "pass" });
  await isNear(it, "back");
});

test("a paused Redis takes the near cache with it, and brings it back", async () => {
  const it = await pair({ maxSilenceMs: 200 });
  await isNear(it, "old");
  it.server.pause();
  await until(async () => (await read(it.near, "new")) === "new");
  expect(await read(it.near, "newer")).toBe("newer");
  it.server.resume();
  await isNear(it, "old");
});

test("a restarted Redis does not bring back what this process knew of the one before", async () => {
  const it = await pair({ maxSilenceMs: 200 });
  await isNear(it, "old");
  await it.server.stop("kill");
  await it.server.start();
  await until(async () => (await read(it.near, "new")) === "new");
  await isNear(it, "new");
  expect(await read(it.near, "newer")).toBe("new");
});

test("a user that may not track leaves the near cache off, and one line says so", async () => {
  const server = resources.add(await startRedis());
  const admin = resources.add(await connected({ url: server.url }));
  const commands = ["+mget", "+get", "+set", "+del", "+info", "+ping"];
  await admin.client.call("ACL", "SETUSER", "app", "on", ">pw", "~*", ...commands);
  const redis = resources.add(await connected({ url: server.url.replace("://", "://app:pw@") }));
  const { logger, lines } = recordingLogger();
  const feed = resources.add(createRedisFeed({ redis, logger }));
  const cache = resources.add(testCache({ store: createRedisStore({ redis }), near: { feed } }));
  await until(() => lines.length > 0);
  expect(lines).toEqual([expect.stringMatching(/the near cache stays off.*NOPERM/s)]);
  await until(async () => (await read(cache, "value")) === "value" && cache.stats().hits > 0);
  expect(cache.stats().nearHits).toBe(0);
});

test("a silence counts from the last sign of life, whether or not anybody noticed it", async () => {
  const server = resources.add(await startRedis());
  const redis = resources.add(await connected({ url: server.url }));
  let ahead = 0;
  const now = (): number => performance.now() + ahead;
  const feed = resources.add(createRedisFeed({ redis, maxSilenceMs: 1_000, now }));
  feed.listen({ prefix: "p:", onChange: () => undefined, onReset: () => undefined });
  await until(() => feed.coherentWith() !== undefined);
  // As after a pause of the whole process.
  ahead = 60_000;
  expect(feed.coherentWith()).toBeUndefined();
  await until(() => feed.coherentWith() === redis.serverId());
});

test("a feed tells one cache, and closing it twice is closing it once", async () => {
  const server = resources.add(await startRedis());
  const redis = resources.add(await connected({ url: server.url }));
  const feed = createRedisFeed({ redis });
  const listener = { prefix: "p:", onChange: () => undefined, onReset: () => undefined };
  feed.listen(listener);
  expect(() => feed.listen(listener)).toThrow(TypeError);
  await until(() => feed.coherentWith() !== undefined);
  server.pause();
  const closing = feed.close();
  expect(feed.close()).toBe(closing);
  await closing;
  expect(feed.coherentWith()).toBeUndefined();
});
