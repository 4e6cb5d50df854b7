import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { noopLogger } from "@shaperail/core";
import { createDatabase, type Database } from "@shaperail/db";
import { createRuntime, loadProject } from "@shaperail/runtime";
import { promtool, type PrometheusServer, startPrometheus } from "@shaperail/test-services";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BLOG, JWT_SECRET, seededDatabase } from "./blog.test-kit.ts";

const ALERTS = fileURLToPath(new URL("../../../packages/metrics/alerts/", import.meta.url));

// The guide's rules and panels, word for word.
const GUIDE = [
  `sum(rate(shaperail_http_requests_total{status=~"5.."}[5m]))\n/ sum(rate(shaperail_http_requests_total[5m])) > 0.01`,
  "histogram_quantile(0.99, rate(shaperail_http_request_duration_seconds_bucket[5m])) > 0.5",
  "shaperail_db_pool_size > 18",
  "shaperail_job_queue_depth > 1000",
];
const PANELS = [
  "rate(shaperail_http_requests_total[5m])",
  "shaperail_http_request_duration_seconds_bucket",
  `sum(rate(shaperail_http_requests_total{status=~"5.."}[5m])) / sum(rate(shaperail_http_requests_total[5m]))`,
  "shaperail_db_pool_size",
  "shaperail_job_queue_depth",
  // The guide's divides hits by hits; with sums it is the ratio. Without look-ups it is no number, but it is there.
  `sum(rate(shaperail_cache_total{result="hit"}[5m])) / sum(rate(shaperail_cache_total[5m]))`,
];

const opened: AsyncDisposable[] = [];
const keep = <T extends AsyncDisposable>(resource: T): T => {
  opened.push(resource);
  return resource;
};
let url: string;
let database: Database;
let prometheus: PrometheusServer;
let loading = true;

/** Asks for posts without a pause, four at a time, until the tests are over. */
async function load(): Promise<void> {
  while (loading)
    await fetch(`${url}/v1/posts?limit=1`)
      .then((response) => response.text())
      .catch(() => sleep(50));
}

beforeAll(async () => {
  const { url: databaseUrl, close } = await seededDatabase();
  keep({ [Symbol.asyncDispose]: close });
  database = keep(createDatabase({ url: databaseUrl, poolSize: 2 }));
  const env = { DATABASE_URL: databaseUrl, DB_POOL_SIZE: "4", SHAPERAIL_PORT: "0", JWT_SECRET };
  const runtime = keep(createRuntime(await loadProject({ directory: BLOG, env }), { logger: noopLogger }));
  const { port } = await runtime.start();
  url = `http://127.0.0.1:${port}`;
  const load4 = Promise.all([load(), load(), load(), load()]);
  keep({
    async [Symbol.asyncDispose]() {
      loading = false;
      await load4;
    },
  });
  // The rules as they are shipped, with seconds for minutes.
  const rules = (await readFile(`${ALERTS}shaperail.rules.yml`, "utf8"))
    .replaceAll("[5m]", "[3s]")
    .replaceAll(/for: \d+m/g, "for: 1s");
  // The page waits half a second for what the database is asked for each time, and comes without it.
  const intervalMs = 750;
  prometheus = keep(await startPrometheus({ targets: [`127.0.0.1:${port}`], rules, intervalMs }));
  // A rate needs two readings.
  while ((await prometheus.query("sum(rate(shaperail_http_requests_total[5m])) > 1")).length === 0) await sleep(100);
});

afterAll(async () => {
  for (const resource of opened.toReversed()) await resource[Symbol.asyncDispose]();
});

const fires = (alert: string): Promise<void> =>
  expect.poll(() => prometheus.firing(), { timeout: 30_000 }).toContain(alert);
const resolves = (alert: string): Promise<void> =>
  expect.poll(() => prometheus.firing(), { timeout: 30_000 }).not.toContain(alert);

test("promtool has nothing to say about the page, the rules, or what the rules do", async () => {
  const page = await (await fetch(`${url}/metrics`)).text();
  expect(promtool(["check", "metrics"], page)).toBe("");
  expect(promtool(["check", "rules", `${ALERTS}shaperail.rules.yml`])).toContain("SUCCESS");
  expect(promtool(["test", "rules", `${ALERTS}shaperail.rules.test.yml`])).toContain("SUCCESS");
});

test.each(GUIDE)("the guide's alert evaluates, and nothing is wrong: %s", async (expression) => {
  expect(await prometheus.query(expression)).toEqual([]);
});

test.each(PANELS)("the panel has data: %s", async (expression) => {
  expect(await prometheus.query(expression)).not.toEqual([]);
});

test("Prometheus prefers OpenMetrics, and finds the same families there", async () => {
  expect(await prometheus.query("up")).toMatchObject([{ labels: { job: "shaperail" }, value: 1 }]);
  expect(await prometheus.query("shaperail_db_pool_max")).toMatchObject([
    { labels: { database: "default" }, value: 4 },
  ]);
  expect(await prometheus.query("rate(process_cpu_user_seconds_total[5m])")).toHaveLength(1);
});

test("HighErrorRate fires while a table is gone, and resolves when it is back", async () => {
  await run("alter table posts rename to posts_away");
  try {
    await fires("HighErrorRate");
  } finally {
    await run("alter table posts_away rename to posts");
  }
  await resolves("HighErrorRate");
  expect(await prometheus.query(GUIDE[2] ?? "")).toEqual([]);
});

test("HighLatency fires while every query is slow, and resolves when they are fast again", async () => {
  await run("alter table posts rename to posts_away");
  await run("create view posts as select * from posts_away where (select pg_sleep(0.7)) is not null");
  try {
    await fires("HighLatency");
  } finally {
    await run("drop view posts");
    await run("alter table posts_away rename to posts");
  }
  await resolves("HighLatency");
  expect(await prometheus.query("shaperail_db_query_duration_seconds_count")).not.toEqual([]);
});

test("DBPoolExhaustion fires while a lock holds every connection, and resolves when it is gone", async () => {
  const released = Promise.withResolvers<void>();
  const locked = database.transaction(async (transaction) => {
    await transaction.run({ name: "lock", text: "lock table posts in access exclusive mode" }, []);
    await released.promise;
  });
  await fires("DBPoolExhaustion");
  expect(await prometheus.query("shaperail_db_pool_size")).toMatchObject([{ value: 4 }]);
  released.resolve();
  await locked;
  await resolves("DBPoolExhaustion");
});

async function run(text: string): Promise<void> {
  await database.run({ name: "fault", text, prepare: false }, []);
}
