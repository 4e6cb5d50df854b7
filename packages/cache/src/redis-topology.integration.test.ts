import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort, startFaultProxy, startRedis, temporaryDirectory } from "@shaperail/test-services";
import { afterAll, expect, test } from "vitest";
import { testCache, until } from "./cache.test-kit.ts";
import type { Cache } from "./cache-contract.ts";
import { checkEviction } from "./eviction.ts";
import { cleanup, connected, startCluster } from "./redis.test-kit.ts";
import { openRedis } from "./redis-connection.ts";
import { createRedisFeed } from "./redis-feed.ts";
import { createRedisStore } from "./redis-store.ts";
import { cacheStoreContract } from "./testing.ts";

const resources = cleanup();
afterAll(() => resources[Symbol.asyncDispose]());

const read = (cache: Cache, key: string, value: string): Promise<string> =>
  cache.getOrSet(key, async () => value, { tags: [key, "all"] });

test("a cluster keeps every promise of a store, and of the cache", async () => {
  const nodes = await startCluster(resources, freePort);
  const url = `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(",")}`;
  const redis = resources.add(openRedis({ url }));
  await redis.connect();
  await redis.ping();
  const store = createRedisStore({ redis });
  for (const { run } of cacheStoreContract()) await run(store);

  const cache = resources.add(testCache({ store, timeoutMs: 500 }));
  const keys = Array.from({ length: 50 }, (_, index) => `key-${index}`);
  await Promise.all(keys.map((key) => read(cache, key, "old")));
  await until(async () => (await Promise.all(keys.map((key) => read(cache, key, "old")))) && cache.stats().hits >= 50);
  await cache.invalidate(["key-7"]);
  const after = await Promise.all(keys.map((key) => read(cache, key, "new")));
  expect(after.filter((value) => value === "new")).toHaveLength(1);
  await cache.invalidate(["all"]);
  expect(new Set(await Promise.all(keys.map((key) => read(cache, key, "newer"))))).toEqual(new Set(["newer"]));

  expect(await checkEviction(redis)).toMatchObject({ policy: "noeviction", evicts: false });
  expect(() => createRedisFeed({ redis })).toThrow(expect.objectContaining({ code: "CACHE_NEAR_UNSUPPORTED" }));

  // A list where a generation or a value should be answers GET with an error of its own.
  await redis.client.del("shaperail:cache:g:spoiled");
  await redis.client.rpush("shaperail:cache:g:spoiled", "x");
  const reading = await store.read("value", ["shaperail:cache:g:spoiled"]);
  expect(reading.generations[0]).toMatch(/^[\w-]{16}$/);

  for (const node of nodes) node.pause();
  for (let index = 0; index < 10; index += 1) expect(await read(cache, "key-1", "uncached")).toBe("uncached");
  for (const node of nodes) node.resume();
  await until(async () => {
    const { hits } = cache.stats();
    return (await read(cache, "key-1", "newer")) === "newer" && cache.stats().hits > hits;
  }, 30_000);
  for (const node of nodes) node.pause();
  await redis.close();
  for (const node of nodes) node.resume();
});

test("sentinels lead to the master, and after a failover to the next one", async () => {
  const master = resources.add(await startRedis());
  const link = resources.add(await startFaultProxy({ target: master.url }));
  const replica = resources.add(await startRedis({ settings: { replicaof: `127.0.0.1 ${link.port}` } }));
  const port = await freePort();
  const directory = resources.add(await temporaryDirectory("sentinel"));
  const file = join(directory.path, "sentinel.conf");
  await writeFile(
    file,
    [
      `port ${port}`,
      "bind 127.0.0.1",
      "requirepass sentinels-only",
      `sentinel monitor posts 127.0.0.1 ${master.port} 1`,
      "sentinel down-after-milliseconds posts 500",
      // Until then it does not mind that the replica reaches the master by way of the proxy.
      "sentinel failover-timeout posts 60000",
    ].join("\n"),
  );
  const sentinel = spawn("redis-server", [file, "--sentinel"], { cwd: directory.path, stdio: "ignore" });
  resources.add({
    async [Symbol.asyncDispose]() {
      sentinel.kill("SIGKILL");
      if (sentinel.exitCode === null && sentinel.signalCode === null) await once(sentinel, "exit");
    },
  });
  const redis = resources.add(
    await connected({ url: `redis+sentinel://127.0.0.1:${port}/posts/1?sentinel_password=sentinels-only` }),
  );
  const before = redis.serverId();
  const cache = resources.add(testCache({ store: createRedisStore({ redis }), timeoutMs: 500 }));
  await until(async () => (await read(cache, "key", "old")) === "old" && cache.stats().hits > 0);
  // The sentinel must know of the replica, and the replica must have what the master has.
  const watch = resources.add(await connected({ url: `redis://:sentinels-only@127.0.0.1:${port}` }));
  await until(async () => /slaves=1/.test(await watch.client.info("sentinel")), 30_000);
  const copy = resources.add(await connected({ url: `${replica.url}/1` }));
  await until(async () => (await copy.client.dbsize()) >= 4, 30_000);

  // The last invalidation reaches the master and not the replica: what a failover loses.
  link.setMode({ kind: "half-open" });
  expect(await cache.invalidate(["key"])).toBe(true);
  await master.stop("kill");
  expect(await read(cache, "key", "new")).toBe("new");
  await until(() => ![undefined, before].includes(redis.serverId()), 30_000);
  await until(() => !cache.stats().isOpen);
  expect(await read(cache, "key", "new")).toBe("new");
  const { hits } = cache.stats();
  await until(async () => (await read(cache, "key", "new")) === "new" && cache.stats().hits > hits);
});
