import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { noopLogger } from "@shaperail/core";
import { createRuntime, loadProject, openJobQueue, type Project } from "@shaperail/runtime";
import { type PrometheusServer, startPrometheus, startRedis, temporaryDirectory } from "@shaperail/test-services";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BLOG, JWT_SECRET, seededDatabase } from "./blog.test-kit.ts";

const RULES = fileURLToPath(new URL("../../../packages/metrics/alerts/shaperail.rules.yml", import.meta.url));

const opened: AsyncDisposable[] = [];
const keep = <T extends AsyncDisposable>(resource: T): T => {
  opened.push(resource);
  return resource;
};
let url: string;
let redisPort: number;
let prometheus: PrometheusServer;
let directory: string;
let project: Project;

beforeAll(async () => {
  const database = await seededDatabase();
  keep({ [Symbol.asyncDispose]: database.close });
  const redis = keep(await startRedis());
  redisPort = Number(new URL(redis.url).port);
  directory = keep(await temporaryDirectory("blog")).path;
  await writeApplication();
  const env = { DATABASE_URL: database.url, REDIS_URL: redis.url, DB_POOL_SIZE: "4", SHAPERAIL_PORT: "0", JWT_SECRET };
  project = await loadProject({ directory, env });
  const runtime = keep(createRuntime(project, { logger: noopLogger }));
  const { port } = await runtime.start();
  url = `http://127.0.0.1:${port}`;
  const rules = (await readFile(RULES, "utf8")).replaceAll("[5m]", "[4s]").replaceAll(/for: \d+m/g, "for: 1s");
  prometheus = keep(await startPrometheus({ targets: [`127.0.0.1:${port}`], rules, intervalMs: 500 }));
});

afterAll(async () => {
  for (const resource of opened.toReversed()) await resource[Symbol.asyncDispose]();
});

const fires = (alert: string): Promise<void> =>
  expect.poll(() => prometheus.firing(), { timeout: 30_000 }).toContain(alert);
const resolves = (alert: string): Promise<void> =>
  expect.poll(() => prometheus.firing(), { timeout: 30_000 }).not.toContain(alert);

test("JobQueueBacklog fires while jobs wait for a mail server that is away, and resolves when it is back", async () => {
  await writeFile(join(directory, "away"), "");
  await using queue = await openJobQueue(project);
  const payload = { resource: "comments", action: "created", data: { post_id: "1", author_name: "Ann" } };
  const jobs = Array.from({ length: 1_100 }, (_, n) => ({ id: `backlog-${n}`, name: "notify-author", payload }));
  await queue.addAll(jobs);
  await fires("JobQueueBacklog");
  await rm(join(directory, "away"));
  await resolves("JobQueueBacklog");
  await expect
    .poll(async () => (await prometheus.query("shaperail_job_queue_depth"))[0]?.value, { timeout: 20_000 })
    .toBe(0);
  expect(await prometheus.query('shaperail_job_duration_seconds_count{outcome="ok"}')).toMatchObject([
    { value: 1_100 },
  ]);
});

test("LowCacheHitRate fires while Redis forgets everything all the time, and resolves when it stops", async () => {
  const list = (await (await fetch(`${url}/v1/posts?limit=1`)).json()) as {
    readonly data: readonly { readonly id: string }[];
  };
  const asking = new AbortController();
  const ask = async (): Promise<void> => {
    while (!asking.signal.aborted) {
      await (await fetch(`${url}/v1/posts/${list.data[0]?.id}`)).text();
      await sleep(5);
    }
  };
  const asked = Promise.all([ask(), ask()]);
  const redis = connect(redisPort, "127.0.0.1").resume();
  const forgetting = setInterval(() => void redis.write("FLUSHALL\r\n"), 2);
  try {
    await fires("LowCacheHitRate");
    clearInterval(forgetting);
    await resolves("LowCacheHitRate");
    expect(await prometheus.query("sum(rate(shaperail_cache_total[4s])) > 1")).toHaveLength(1);
  } finally {
    clearInterval(forgetting);
    redis.destroy();
    asking.abort();
    await asked;
  }
});

/** The example, with answers to reading a post kept in Redis, and a job that waits for something else. */
async function writeApplication(): Promise<void> {
  for (const name of ["resources", "jobs", "hooks", "package.json"]) {
    await cp(join(BLOG, name), join(directory, name), { recursive: true });
  }
  const edit = async (name: string, change: (text: string) => string): Promise<void> =>
    writeFile(join(directory, name), change(await readFile(join(BLOG, name), "utf8")));
  await edit("shaperail.config.yaml", (text) => `${text}cache: { type: redis, url: "\${REDIS_URL}" }\n`);
  await edit("resources/posts.yaml", (text) =>
    text.replace(/(\n {2}get:\n {4}auth: public)/, "$1\n    cache: { ttl: 60 }"),
  );
  await writeFile(join(directory, "jobs/notify-author.ts"), waitingJob(join(directory, "away")));
}

const waitingJob = (file: string): string => `import { existsSync } from "node:fs";
export async function handle(): Promise<void> {
  while (existsSync(${JSON.stringify(file)})) await new Promise((resolve) => setTimeout(resolve, 50));
}
`;
