import { type RedisServer, startFaultProxy, startRedis } from "@shaperail/test-services";
import { afterAll, expect, test } from "vitest";
import { faultyStore, testCache, until } from "./cache.test-kit.ts";
import type { Cache } from "./cache-contract.ts";
import { cleanup, connected } from "./redis.test-kit.ts";
import type { RedisConnection } from "./redis-connection.ts";
import { createRedisStore } from "./redis-store.ts";

const resources = cleanup();
const tags = ["posts"];
/** Far more than the 50 ms that are promised: the machine may be busy, and a cache that waits for Redis waits for ever. */
const PATIENCE_MS = 2_000;

afterAll(() => resources[Symbol.asyncDispose]());

interface Service {
  readonly server: RedisServer;
  readonly redis: RedisConnection;
  readonly cache: Cache;
  readonly other: Cache;
  /** Reads on the first instance, and fails when it takes too long. */
  read(value: string, key?: string): Promise<string>;
}

async function service(settings: Record<string, string> = {}): Promise<Service> {
  const server = resources.add(await startRedis({ settings }));
  const [redis, second] = [await connected({ url: server.url }), await connected({ url: server.url })];
  const [cache, other] = [redis, second].map((connection) =>
    testCache({ store: createRedisStore({ redis: resources.add(connection) }), timeoutMs: 50 }),
  );
  if (cache === undefined || other === undefined) throw new Error("There are two.");
  resources.add(cache);
  resources.add(other);
  return { server, redis, cache, other, read: reader(cache) };
}

function reader(cache: Cache): Service["read"] {
  return async (value, key = "key") => {
    const begin = performance.now();
    const answer = await cache.getOrSet(key, async () => value, { tags });
    expect(performance.now() - begin).toBeLessThan(PATIENCE_MS);
    return answer;
  };
}

/** Reads until the value is found: it is kept behind the reader's back. */
function kept(cache: Cache, value: string): Promise<void> {
  return until(async () => {
    const { hits } = cache.stats();
    const found = await cache.getOrSet("key", async () => value, { tags });
    return found === value && cache.stats().hits > hits;
  });
}

const back = ({ cache }: Service): Promise<void> =>
  until(() => !cache.stats().isOpen && cache.stats().pendingInvalidations === 0);

test("Redis killed: every read is answered; started again, empty: it is used again and nothing old comes back", async () => {
  const it = await service();
  await kept(it.cache, "old");
  await it.server.stop("kill");
  for (let index = 0; index < 50; index += 1) expect(await it.read(`new ${index}`)).toBe(`new ${index}`);
  expect(it.cache.stats().isOpen).toBe(true);
  expect(await it.cache.invalidate(tags)).toBe(false);
  await it.server.start();
  await back(it);
  expect(await it.read("after")).toBe("after");
  await kept(it.cache, "after");
});

test("Redis paused: every read is answered within the deadline, then without any; resumed: it is used again", async () => {
  const it = await service();
  await kept(it.cache, "old");
  it.server.pause();
  for (let index = 0; index < 20; index += 1) expect(await it.read(`new ${index}`)).toBe(`new ${index}`);
  expect(it.cache.stats().isOpen).toBe(true);
  const begin = performance.now();
  for (let index = 0; index < 1_000; index += 1) await it.read("x");
  expect(performance.now() - begin).toBeLessThan(PATIENCE_MS);
  it.server.resume();
  await back(it);
  expect(await it.read("new")).toBe("old");
});

test("a write while Redis is paused: this instance never answers the old row again, the others after it is delivered", async () => {
  const it = await service();
  const readOther = reader(it.other);
  await kept(it.cache, "old");
  expect(await readOther("other")).toBe("old");
  it.server.pause();
  expect(await it.cache.invalidate(tags)).toBe(false);
  expect(await it.read("new")).toBe("new");
  it.server.resume();
  for (let index = 0; index < 20; index += 1) expect(await it.read("new")).toBe("new");
  await back(it);
  await until(async () => (await readOther("new")) === "new");
  expect(await it.read("new")).toBe("new");
});

test("Redis slower than the deadline: every read is answered; quick again: it is used again", async () => {
  const server = resources.add(await startRedis());
  const proxy = resources.add(await startFaultProxy({ target: server.url }));
  const redis = resources.add(await connected({ url: proxy.url }));
  const cache = resources.add(testCache({ store: createRedisStore({ redis }), timeoutMs: 50 }));
  const read = reader(cache);
  await kept(cache, "old");
  proxy.setMode({ kind: "delay", delayMs: 100 });
  for (let index = 0; index < 30; index += 1) expect(await read(`new ${index}`)).toBe(`new ${index}`);
  expect(cache.stats().isOpen).toBe(true);
  proxy.setMode({ kind: "pass" });
  await until(() => !cache.stats().isOpen);
  expect(await read("new")).toBe("old");
});

test.each(["reset", "half-open"] as const)("a connection that is %s costs no read", async (kind) => {
  const server = resources.add(await startRedis());
  const proxy = resources.add(await startFaultProxy({ target: server.url }));
  const redis = resources.add(await connected({ url: proxy.url, socketTimeoutMs: 200 }));
  const cache = resources.add(testCache({ store: createRedisStore({ redis }), timeoutMs: 50 }));
  const read = reader(cache);
  await kept(cache, "old");
  proxy.setMode({ kind });
  for (let index = 0; index < 30; index += 1) expect(await read(`new ${index}`)).toBe(`new ${index}`);
  proxy.setMode({ kind: "pass" });
  await until(() => !cache.stats().isOpen);
  await kept(cache, "old");
});

test("Redis full and not evicting: reads and hits go on, and an invalidation still reaches everybody", async () => {
  const it = await service({ maxmemory: "3mb", "maxmemory-policy": "noeviction" });
  const readOther = reader(it.other);
  await kept(it.cache, "old");
  await readOther("old");
  let index = 0;
  const fill = (): Promise<boolean> =>
    it.redis.client.set(`filler-${(index += 1)}`, Buffer.alloc(50_000)).then(
      () => false,
      () => true,
    );
  await until(fill);
  for (let size = 20_000; size > 10; size = Math.floor(size / 2)) {
    await it.redis.client.set(`filler-${size}`, Buffer.alloc(size)).catch(() => undefined);
  }
  for (let number = 0; number < 20; number += 1) expect(await it.read("x", `key ${number}`)).toBe("x");
  expect(it.cache.stats().isOpen).toBe(false);
  expect(await it.read("new")).toBe("old");
  expect(await it.cache.invalidate(tags)).toBe(true);
  expect(await it.read("new")).toBe("new");
  expect(await readOther("new")).toBe("new");
});

test("Redis restarted from a snapshot: what was invalidated after it does not come back", async () => {
  const it = await service({ appendonly: "no", dbfilename: "snapshot.rdb" });
  await kept(it.cache, "old");
  await it.redis.client.call("SAVE");
  expect(await it.cache.invalidate(tags)).toBe(true);
  await it.server.stop("kill");
  await it.server.start();
  await until(() => it.redis.serverId() !== undefined);
  await back(it);
  // It is there, under a generation that is there.
  expect(await it.redis.client.exists("shaperail:cache:g:posts", "shaperail:cache:v:1:k:json:key")).toBe(2);
  expect(await it.read("new")).toBe("new");
});

test.each([
  { what: "a text of somebody else", spoil: (redis: RedisConnection, key: string) => redis.client.set(key, "{}") },
  { what: "nothing at all", spoil: (redis: RedisConnection, key: string) => redis.client.set(key, "") },
  {
    what: "a list",
    spoil: async (redis: RedisConnection, key: string) => {
      await redis.client.del(key);
      await redis.client.rpush(key, "x");
    },
  },
  {
    what: "half of it",
    spoil: async (redis: RedisConnection, key: string) => {
      const half = ((await redis.client.getBuffer(key)) ?? Buffer.alloc(0)).subarray(0, 60);
      await redis.client.set(key, half);
    },
  },
])("$what in place of a value is a miss, and is replaced", async ({ spoil }) => {
  const it = await service();
  await kept(it.cache, "old");
  const [key] = await it.redis.client.keys("shaperail:cache:v:*");
  await spoil(it.redis, key ?? "");
  expect(await it.read("new")).toBe("new");
  await kept(it.cache, "new");
});

test("FLUSHALL makes misses and nothing else", async () => {
  const it = await service();
  await kept(it.cache, "old");
  await it.redis.client.flushall();
  expect(await it.read("new")).toBe("new");
  await kept(it.cache, "new");
});

test("nothing but keys below the prefix is written, all of them with an end", async () => {
  const it = await service();
  await kept(it.cache, "old");
  await it.cache.invalidate([...tags, "users"]);
  await it.read("new");
  await until(async () => (await it.redis.client.dbsize()) >= 4);
  for (const key of await it.redis.client.keys("*")) {
    expect(key).toMatch(/^shaperail:cache:[gv]:/);
    expect(await it.redis.client.pttl(key)).toBeGreaterThan(0);
  }
});

test("a store that nobody could reach yet costs no read either", async () => {
  const cache = resources.add(testCache({ store: Object.assign(faultyStore(), { fault: "hangs" }), timeoutMs: 50 }));
  expect(await reader(cache)("value")).toBe("value");
});
