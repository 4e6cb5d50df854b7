import { startRedis } from "@shaperail/test-services";
import { expect, test } from "vitest";
import { CONFIG, POSTS, PROJECT, projectDirectory, run } from "../command.test-kit.ts";
import type { DoctorCheck } from "./doctor-check.ts";

const FILES = {
  ...PROJECT,
  "resources/posts.yaml": POSTS.replace("create: { auth: public }", "create: { auth: public, jobs: [tell] }"),
};
const WITH_CACHE = { ...FILES, "shaperail.config.yaml": `${CONFIG}cache: { type: redis, url: "\${CACHE_URL}" }\n` };

/** What doctor says of jobs, and whether anything failed besides the database, which nobody started. */
async function jobsOf(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
): Promise<readonly (readonly [name: string, status: string])[]> {
  await using directory = await projectDirectory(files);
  const { stdout } = await run(["doctor", "--json"], { directory: directory.path, env });
  const { checks } = JSON.parse(stdout) as { readonly checks: readonly DoctorCheck[] };
  return checks.filter(({ name }) => name.startsWith("jobs")).map(({ name, status }) => [name, status]);
}

test("a Redis of the jobs' own that keeps everything is all right", async () => {
  await using redis = await startRedis({ settings: { "maxmemory-policy": "noeviction", appendonly: "yes" } });
  expect(await jobsOf(FILES, { REDIS_URL: redis.url })).toEqual([["jobs", "ok"]]);
});

test("one that evicts is a failure; one that loses everything in a crash, or shares its memory with a cache, is a warning", async () => {
  await using redis = await startRedis({ settings: { "maxmemory-policy": "volatile-lru" } });
  const CACHE_URL = `${redis.url}/3`;
  expect(await jobsOf(WITH_CACHE, { REDIS_URL: redis.url, CACHE_URL })).toEqual([
    ["jobs", "failed"],
    ["jobs persistence", "warning"],
    ["jobs and cache", "warning"],
  ]);
  await using directory = await projectDirectory(WITH_CACHE);
  const { exitCode, stdout } = await run(["doctor"], {
    directory: directory.path,
    env: { REDIS_URL: redis.url, CACHE_URL },
  });
  expect(exitCode).toBe(3);
  expect(stdout).toMatch(/✗ jobs: .* evicts \(volatile-lru\).*\n {2}fix: Set `maxmemory-policy noeviction`/);
  expect(stdout).toMatch(/! jobs and cache: share one Redis/);
});

test("without a Redis they are in PostgreSQL; a project without jobs needs neither", async () => {
  expect(await jobsOf(FILES, {})).toEqual([["jobs", "ok"]]);
  expect(await jobsOf(PROJECT, {})).toEqual([["jobs", "skipped"]]);
});

test("a Redis that is down is a failure", async () => {
  expect(await jobsOf(FILES, { REDIS_URL: "redis://:canary@127.0.0.1:1" })).toEqual([["jobs", "failed"]]);
});
