import { execFile } from "node:child_process";
import { inspect, promisify } from "node:util";
import { freePort, type RedisServer, startFaultProxy, startRedis, temporaryDirectory } from "@shaperail/test-services";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recordingLogger, until } from "./cache.test-kit.ts";
import { checkEviction } from "./eviction.ts";
import { cleanup, connected, selfSigned } from "./redis.test-kit.ts";
import { openRedis } from "./redis-connection.ts";
import { createRedisStore } from "./redis-store.ts";

const resources = cleanup();
let server: RedisServer;
beforeAll(async () => {
  server = resources.add(await startRedis());
});
afterAll(() => resources[Symbol.asyncDispose]());

test("connect and ping resolve when the server answers, and the server is known", async () => {
  await using redis = openRedis({ url: server.url });
  expect(redis.serverId()).toBeUndefined();
  await redis.connect();
  await redis.ping();
  expect(redis.serverId()).toMatch(/^[0-9a-f]{40}$/);
  expect(redis.address).toBe(`redis://127.0.0.1:${server.port}/0`);
});

test("a database of its own is used", async () => {
  await using zero = await connected({ url: server.url });
  await using three = await connected({ url: `${server.url}/3` });
  await three.client.set("only-in-three", "1");
  expect([await zero.client.get("only-in-three"), await three.client.get("only-in-three")]).toEqual([null, "1"]);
});

test("nobody there is CACHE_UNAVAILABLE, said once, without waiting for the timeout", async () => {
  const { logger, lines } = recordingLogger();
  await using redis = openRedis({
    url: `redis://:secret@127.0.0.1:${await freePort()}`,
    connectTimeoutMs: 30_000,
    logger,
  });
  await expect(redis.connect()).rejects.toMatchObject({ code: "CACHE_UNAVAILABLE", hint: expect.any(String) });
  await expect(redis.ping()).rejects.toMatchObject({ code: "CACHE_UNAVAILABLE" });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(lines).toEqual([expect.stringContaining("ECONNREFUSED")]);
  expect(lines.join()).not.toContain("secret");
});

test("a server that accepts and says nothing is CACHE_TIMEOUT, and does not hold up close", async () => {
  await using own = await startRedis();
  own.pause();
  const redis = openRedis({ url: own.url, connectTimeoutMs: 200 });
  await expect(redis.connect()).rejects.toMatchObject({ code: "CACHE_TIMEOUT" });
  const begin = performance.now();
  await redis.close();
  expect(performance.now() - begin).toBeLessThan(5_000);
});

test("a server that falls silent fails commands after their time, and close is bounded; closing twice is closing once", async () => {
  await using own = await startRedis();
  const redis = await connected({ url: own.url, commandTimeoutMs: 50 });
  own.pause();
  await expect(redis.ping()).rejects.toMatchObject({ code: "CACHE_TIMEOUT" });
  const closing = redis.close();
  expect(redis.close()).toBe(closing);
  await closing;
  await expect(redis.ping()).rejects.toMatchObject({ code: "CACHE_UNAVAILABLE" });
  await expect(redis.connect()).rejects.toMatchObject({ code: "CACHE_UNAVAILABLE" });
});

test("close is over also between two attempts to connect, in a process that has nothing else to do", async () => {
  const script = `
    import { openRedis } from "./redis-connection.ts";
    const redis = openRedis({ url: "redis://127.0.0.1:${await freePort()}" });
    await redis.connect().catch((error) => console.log(error.code));
    await redis.close();
    console.log("closed");`;
  const args = ["--conditions=@shaperail/source", "--input-type=module", "--eval", script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname, timeout: 30_000 });
  expect(stdout).toBe("CACHE_UNAVAILABLE\nclosed\n");
});

test("a connection that is silent for socketTimeoutMs is made anew", async () => {
  await using proxy = await startFaultProxy({ target: server.url });
  await using redis = await connected({ url: proxy.url, commandTimeoutMs: 50, socketTimeoutMs: 100 });
  let lost = 0;
  redis.onDisconnect(() => (lost += 1));
  proxy.setMode({ kind: "half-open" });
  await redis.ping().catch(() => undefined);
  await until(() => lost > 0);
  proxy.setMode({ kind: "pass" });
  await until(() => redis.serverId() !== undefined);
  await expect(redis.ping()).resolves.toBeUndefined();
});

test("a killed server is found again, and is another one", async () => {
  await using own = await startRedis();
  const { logger, lines } = recordingLogger();
  await using redis = await connected({ url: own.url, logger });
  const before = redis.serverId();
  let connections = 0;
  redis.onConnect(() => (connections += 1));
  await own.stop("kill");
  await until(() => redis.serverId() === undefined);
  await expect(redis.ping()).rejects.toMatchObject({ code: "CACHE_UNAVAILABLE" });
  await own.start();
  await until(() => redis.serverId() !== undefined);
  expect(redis.serverId()).not.toBe(before);
  expect(connections).toBe(2);
  expect([lines.at(0), lines.at(-1)]).toEqual(["The connection to Redis was lost", "Redis is connected again"]);
});

test("a master that has become a replica is left for whoever answers next, and not again and again", async () => {
  await using own = await startRedis();
  await using redis = await connected({ url: own.url });
  let lost = 0;
  redis.onDisconnect(() => (lost += 1));
  await using admin = await connected({ url: own.url });
  await admin.client.call("REPLICAOF", "127.0.0.1", String(server.port));
  const store = createRedisStore({ redis });
  const refused = { code: "CACHE_COMMAND_FAILED", details: { reply: "READONLY" } };
  await expect(store.renew(["a"])).rejects.toMatchObject(refused);
  await until(() => lost === 1 && redis.serverId() !== undefined);
  await expect(store.renew(["a"])).rejects.toMatchObject(refused);
  await expect(store.renew(["a"])).rejects.toMatchObject(refused);
  expect(lost).toBe(1);
});

test("with an offline queue a command waits for the connection", async () => {
  await using redis = openRedis({ url: server.url, offlineQueue: true });
  await expect(redis.ping()).resolves.toBeUndefined();
});

test("a duplicate is a connection of its own", async () => {
  await using redis = await connected({ url: server.url });
  await using other = redis.duplicate({ connectionName: "other" });
  await other.connect();
  expect(await other.client.client("GETNAME")).toBe("other");
  expect(await redis.client.client("GETNAME")).toBe("shaperail");
});

describe("users and passwords", () => {
  let own: RedisServer;
  beforeAll(async () => {
    own = resources.add(await startRedis());
    await using admin = await connected({ url: own.url });
    const commands = ["+mget", "+get", "+set", "+del", "+info"];
    await admin.client.call("ACL", "SETUSER", "app", "on", ">s3cr:et@", "~shaperail:cache:*", ...commands);
    await admin.client.call(
      "ACL",
      "SETUSER",
      "blind",
      "on",
      ">s3cret",
      "~shaperail:cache:*",
      "+mget",
      "+get",
      "+set",
      "+del",
    );
    await admin.client.call("ACL", "SETUSER", "default", "resetpass", ">other-s3cret");
  });

  test.each([
    { who: "an ACL user with five commands", login: "app:s3cr%3Aet%40", origin: /^[0-9a-f]{40}$/ },
    { who: "an ACL user that may not even ask for INFO", login: "blind:s3cret", origin: /^$/ },
    { who: "the default user", login: ":other-s3cret", origin: /^[0-9a-f]{40}$/ },
  ])("$who can use the cache", async ({ login, origin }) => {
    await using redis = openRedis({ url: own.url.replace("://", `://${login}@`) });
    await redis.connect();
    const store = createRedisStore({ redis });
    await store.renew(["shaperail:cache:g:a"]);
    await store.write("shaperail:cache:v:a", Buffer.from("x"), 1_000);
    const reading = await store.read("shaperail:cache:v:a", ["shaperail:cache:g:a", "shaperail:cache:g:b"]);
    expect(reading).toMatchObject({ value: Buffer.from("x"), origin: expect.stringMatching(origin) });
  });

  test.each([
    { what: "a wrong password", login: "app:wr0ng" },
    { what: "an unknown user", login: "nobody:s3cret" },
  ])("$what is CACHE_AUTHENTICATION_FAILED, and is written nowhere", async ({ login }) => {
    const { logger, lines } = recordingLogger();
    await using redis = openRedis({ url: own.url.replace("://", `://${login}@`), logger });
    const error: unknown = await redis.connect().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "CACHE_AUTHENTICATION_FAILED" });
    expect(inspect(error, { depth: 10 }) + lines.join()).not.toMatch(/wr0ng|s3cret/);
  });

  test("a missing password is CACHE_AUTHENTICATION_FAILED, and stays one line", async () => {
    const { logger, lines } = recordingLogger();
    await using redis = openRedis({ url: own.url, logger });
    await expect(redis.connect()).rejects.toMatchObject({ code: "CACHE_AUTHENTICATION_FAILED" });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(lines).toHaveLength(1);
  });

  test("a user that may not ask does not know whether the server evicts", async () => {
    await using redis = await connected({ url: own.url.replace("://", "://blind:s3cret@") });
    expect(await checkEviction(redis)).toEqual({ policy: undefined, maxMemoryBytes: undefined, evicts: undefined });
  });

  test("INFO tells where CONFIG is not allowed", async () => {
    await using redis = await connected({ url: own.url.replace("://", "://app:s3cr%3Aet%40@") });
    expect(await checkEviction(redis)).toEqual({ policy: "noeviction", maxMemoryBytes: 0, evicts: false });
  });
});

describe("encryption", () => {
  let url: string;
  let ca: string;
  let other: string;
  beforeAll(async () => {
    const directory = resources.add(await temporaryDirectory("cache-tls"));
    const { cert, key } = selfSigned(directory.path, "server");
    [ca, other] = [cert, selfSigned(directory.path, "other").cert];
    const port = await freePort();
    resources.add(
      await startRedis({
        settings: {
          "tls-port": port,
          "tls-cert-file": cert,
          "tls-key-file": key,
          "tls-ca-cert-file": cert,
          "tls-auth-clients": "no",
        },
      }),
    );
    url = `rediss://127.0.0.1:${port}`;
  });

  test("a certificate of the CA in sslrootcert is trusted", async () => {
    await using redis = openRedis({ url: `${url}?sslrootcert=${ca}` });
    await redis.connect();
    await expect(redis.ping()).resolves.toBeUndefined();
  });

  test.each([
    { what: "without a CA", query: () => "" },
    { what: "with another CA", query: () => `?sslrootcert=${other}` },
  ])("$what it is CACHE_TLS_FAILED", async ({ query }) => {
    await using redis = openRedis({ url: url + query() });
    await expect(redis.connect()).rejects.toMatchObject({ code: "CACHE_TLS_FAILED" });
  });

  test("a server that speaks no TLS is CACHE_TLS_FAILED or says nothing", async () => {
    await using redis = openRedis({ url: server.url.replace("redis:", "rediss:"), connectTimeoutMs: 500 });
    await expect(redis.connect()).rejects.toMatchObject({
      code: expect.stringMatching(/^CACHE_(TLS_FAILED|UNAVAILABLE|TIMEOUT)$/),
    });
  });

  test("certificates for an unencrypted URL are a mistake of the caller", () => {
    expect(() => openRedis({ url: server.url, tls: {} })).toThrow(TypeError);
  });
});

test.each([
  { policy: "noeviction", evicts: false },
  { policy: "allkeys-lru", evicts: true },
  { policy: "volatile-lru", evicts: true },
])("with $policy a server evicts: $evicts", async ({ policy, evicts }) => {
  await using own = await startRedis({ settings: { maxmemory: "10mb", "maxmemory-policy": policy } });
  await using redis = await connected({ url: own.url });
  expect(await checkEviction(redis)).toEqual({ policy, maxMemoryBytes: 10 * 1_024 * 1_024, evicts });
});

test("whether it evicts cannot be asked of a server that is not there", async () => {
  await using redis = openRedis({ url: `redis://127.0.0.1:${await freePort()}` });
  await expect(checkEviction(redis)).rejects.toMatchObject({ code: "CACHE_UNAVAILABLE" });
});
