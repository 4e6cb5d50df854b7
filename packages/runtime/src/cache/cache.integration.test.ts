import { openRedis } from "@shaperail/cache";
import { startRedis } from "@shaperail/test-services";
import { expect, onTestFinished, test, vi } from "vitest";
import type { RunningProject } from "../running-project.test-kit.ts";
import { create, lookups, migrated, type Post, startInstance, statements } from "./cached-project.test-kit.ts";

async function redis(): Promise<string> {
  const server = await startRedis();
  onTestFinished(() => server.close());
  return server.url;
}

const state = async (project: RunningProject, path: string): Promise<string | null> =>
  (await project.call(path)).headers.get("x-cache");

/** The cache connects in the background: reads go past it until then. */
const used = (project: RunningProject): Promise<void> =>
  vi.waitFor(async () => expect(await state(project, "/v1/posts?filter[title]=warm")).toBe("HIT"), { timeout: 10_000 });

test("a list is a MISS and then a HIT, which is counted; a write makes it old; readiness looks at Redis", async () => {
  const project = await startInstance({ databaseUrl: await migrated(), redisUrl: await redis() });
  await used(project);
  const before = await lookups(project);
  expect([await state(project, "/v1/posts"), await state(project, "/v1/posts")]).toEqual(["MISS", "HIT"]);
  const after = await lookups(project);
  expect([after.hit - before.hit, after.miss - before.miss]).toEqual([1, 1]);
  expect(await state(project, "/v1/posts?nocache=1")).toBe("BYPASS");
  expect(await lookups(project)).toEqual(after);
  await create(project, "new");
  const reply = await project.call<Post[]>("/v1/posts");
  expect([reply.headers.get("x-cache"), reply.json.data.map(({ title }) => title)]).toEqual(["MISS", ["new"]]);
  expect(JSON.parse(await project.page("/health/ready"))).toEqual({
    status: "ok",
    checks: { database: { status: "ok" }, redis: { status: "ok" } },
  });
});

test("a hundred who ask for what is not there yet make one statement", async () => {
  const project = await startInstance({ databaseUrl: await migrated(), redisUrl: await redis() });
  await used(project);
  const before = await statements(project);
  const replies = await Promise.all(Array.from({ length: 100 }, () => project.call("/v1/posts?limit=9")));
  expect(replies.every(({ status }) => status === 200)).toBe(true);
  expect((await statements(project)) - before).toBe(1);
});

test("what one instance kept another gives, and what one has written no other gives the old of", async () => {
  const shared = { databaseUrl: await migrated(), redisUrl: await redis() };
  const [one, other] = [await startInstance(shared), await startInstance(shared)];
  await Promise.all([used(one), used(other)]);
  const id = await create(one, "old");
  await one.call(`/v1/posts/${id}`);
  await vi.waitFor(async () => expect(await state(other, `/v1/posts/${id}`)).toBe("HIT"));
  await one.call(`/v1/posts/${id}`, { method: "PATCH", body: { title: "new" } });
  expect((await other.call<Post>(`/v1/posts/${id}`)).json.data.title).toBe("new");
});

test("another form of the resource finds nothing that the old one kept", async () => {
  const shared = { databaseUrl: await migrated(), redisUrl: await redis() };
  const old = await startInstance(shared);
  await used(old);
  const now = await startInstance({ ...shared, cache: "{ ttl: 61 }" });
  await vi.waitFor(async () => expect(await state(now, "/v1/posts?filter[title]=other")).toBe("HIT"));
  expect(await state(old, "/v1/posts?filter[title]=other")).toBe("MISS");
});

test("without a Redis each process caches by itself: said in production, and with how long it matters", async () => {
  const databaseUrl = await migrated();
  const cache = "{ ttl: 60, stale: 30 }";
  const warnings = ({ lines }: RunningProject) =>
    lines.filter(({ level, target }) => level === "WARN" && target === "shaperail_runtime::cache");
  const development = await startInstance({ databaseUrl, cache });
  expect(warnings(development)).toEqual([]);
  expect([await state(development, "/v1/posts"), await state(development, "/v1/posts")]).toEqual(["MISS", "HIT"]);
  expect(JSON.parse(await development.page("/health/ready"))).toMatchObject({ checks: { database: { status: "ok" } } });
  const production = await startInstance({ databaseUrl, cache, env: { NODE_ENV: "production" } });
  expect(warnings(production)).toEqual([expect.objectContaining({ longest_seconds: 90 })]);
  expect(warnings(production)[0]?.["message"]).toContain("up to 90 seconds");
});

test("REDIS_URL alone is enough for the answers of all instances to be shared", async () => {
  const shared = { databaseUrl: await migrated(), env: { REDIS_URL: await redis() } };
  const [one, other] = [await startInstance(shared), await startInstance(shared)];
  await used(one);
  await vi.waitFor(async () => expect(await state(other, "/v1/posts?filter[title]=warm")).toBe("HIT"));
});

test.each(["jobs", "ratelimit", "services", "ws"])(
  "a resource called %s touches no key but the cache's",
  async (name) => {
    const redisUrl = await redis();
    const foreign = [
      name,
      `${name}:1`,
      `shaperail:${name}:1`,
      `shaperail:${name}`,
      `shaperail:cachet:${name}`,
      "bull:q:1",
    ];
    const connection = openRedis({ url: redisUrl, offlineQueue: true });
    onTestFinished(() => connection.close());
    for (const key of foreign) await connection.client.set(key, "theirs");
    const databaseUrl = await migrated(name);
    const project = await startInstance({ databaseUrl, redisUrl, resources: [name] });
    await vi.waitFor(async () => expect(await state(project, `/v1/${name}`)).toBe("HIT"));
    const id = await create(project, "x", name);
    await project.call(`/v1/${name}/${id}`, { method: "DELETE" });
    const keys = await connection.client.keys("*");
    expect(keys.filter((key) => !key.startsWith("shaperail:cache:")).toSorted()).toEqual(foreign.toSorted());
    for (const key of foreign) expect(await connection.client.get(key)).toBe("theirs");
  },
);

test("a Redis that is away at the start stops neither the start nor a request, and readiness says what is wrong", async () => {
  const project = await startInstance({ databaseUrl: await migrated(), redisUrl: "redis://:hunter2@127.0.0.1:1" });
  const id = await create(project, "here");
  expect(await state(project, `/v1/posts/${id}`)).toBe("MISS");
  const ready = await project.call("/health/ready");
  expect([ready.status, ready.json]).toMatchObject([
    503,
    {
      status: "degraded",
      checks: {
        database: { status: "ok" },
        redis: { status: "error", message: "Redis PING failed: CACHE_UNAVAILABLE" },
      },
    },
  ]);
  expect((await project.call("/health")).status).toBe(200);
  expect(JSON.stringify(project.lines)).not.toContain("hunter2");
});
