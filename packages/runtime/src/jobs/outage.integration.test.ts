import { freePort, startRedis } from "@shaperail/test-services";
import { expect, onTestFinished, test } from "vitest";
import { type RunningProject, startProject } from "../running-project.test-kit.ts";
import { clientOf, eventually, jobServices, jobsProject, readNoted } from "./jobs-project.test-kit.ts";

test("a server starts and takes writes while the jobs' Redis is away; their jobs run when it is back", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  await redis.stop("kill");
  const services = await jobServices("redis", { redisUrl: redis.url });
  const client = clientOf(services);
  const { call, lines } = await startProject(jobsProject(), services.env);
  expect((await call("/v1/notes", { method: "POST", body: { title: "one" } })).status).toBe(201);
  expect((await call("/health/ready")).status).toBe(200);
  expect(lines).toContainEqual(
    expect.objectContaining({ level: "WARN", message: "jobs are not taken yet: their server does not answer" }),
  );
  await redis.start();
  const noted = await eventually(
    () => readNoted(client),
    ({ length }) => length === 1,
    { timeoutMs: 40_000 },
  );
  expect(noted).toMatchObject([{ title: "one", runs: 1 }]);
});

test("a worker whose Redis is away is not ready", async () => {
  const services = await jobServices("redis", { redisUrl: `redis://127.0.0.1:${await freePort()}` });
  const { call } = await startProject(jobsProject(), services.env, { mode: "worker" });
  const { status, json } = await call("/health/ready");
  expect(status).toBe(503);
  expect(json).toMatchObject({
    checks: { database: { status: "ok" }, jobs: { status: "error" } },
  });
});

async function startOn(policy: string, nodeEnv: string): Promise<RunningProject> {
  const redis = await startRedis({ settings: { "maxmemory-policy": policy } });
  onTestFinished(() => redis.close());
  const services = await jobServices("redis", { redisUrl: redis.url });
  return startProject(jobsProject(), { ...services.env, NODE_ENV: nodeEnv });
}

test.each(["allkeys-lru", "volatile-lru"])(
  "jobs in a Redis that evicts by %s are refused in production",
  async (policy) => {
    await expect(startOn(policy, "production")).rejects.toMatchObject({
      code: "RUNTIME_JOBS_EVICTED",
      message: expect.stringContaining(policy),
      hint: expect.stringContaining("noeviction"),
    });
  },
);

test.each([
  { policy: "allkeys-lru", nodeEnv: "development", warns: true },
  { policy: "noeviction", nodeEnv: "production", warns: false },
])("jobs in a Redis with $policy start in $nodeEnv, with a warning: $warns", async ({ policy, nodeEnv, warns }) => {
  const { lines } = await startOn(policy, nodeEnv);
  expect(lines.some(({ level, message }) => level === "WARN" && String(message).includes("evicts"))).toBe(warns);
});

test("a Redis behind sentinels, or a cluster, is refused: jobs cannot be kept there yet", async () => {
  const env = { DATABASE_URL: "postgres://localhost:1/nowhere" };
  const project = jobsProject({ config: "jobs: { url: 'redis+cluster://one:6379,two:6379' }" });
  await expect(startProject(project, env)).rejects.toMatchObject({ code: "RUNTIME_FEATURE_UNSUPPORTED" });
});
