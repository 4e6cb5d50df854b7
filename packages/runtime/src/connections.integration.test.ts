import { setTimeout as sleep } from "node:timers/promises";
import { createDatabase, type Database } from "@shaperail/db";
import { createTestDatabase, startPostgres, type PostgresServer } from "@shaperail/test-services";
import { describe, expect, onTestFinished, test } from "vitest";
import { execute, resource, startProject, titled } from "./running-project.test-kit.ts";

const config = (defaults: string, analytics = ""): string => `project: load
databases:
  default: { engine: postgres, url: "\${DATABASE_URL}", ${defaults} }
${analytics === "" ? "" : `  analytics: { engine: postgres, url: "\${ANALYTICS_URL}", ${analytics} }\n`}`;

async function testDatabase(statements: readonly string[]): Promise<string> {
  const database = await createTestDatabase();
  onTestFinished(database.close);
  await execute(database.url, statements);
  return database.url;
}

function open(url: string): Database {
  const database = createDatabase({ url, poolSize: 1, applicationName: "watch" });
  onTestFinished(database.close);
  return database;
}

/** Sessions that are not the watcher's own, by name of the database. */
async function sessions(watch: Database): Promise<Record<string, number>> {
  // PostgreSQL 18 lists a session that is still starting without its database; it is counted as soon as it has one.
  const text =
    "select datname, count(*) from pg_stat_activity where application_name = 'load' and datname is not null group by 1";
  const { rows } = await watch.run({ name: "sessions", text }, []);
  return Object.fromEntries(rows.map(([name, count]) => [name ?? "", Number(count)]));
}

/** A table, and a view that takes its time to show the one row in it. */
const slowView = (seconds: number): string[] => [
  titled("posts"),
  "INSERT INTO posts (title) VALUES ('canary')",
  `CREATE VIEW naps AS SELECT p.id, p.title FROM posts p, (SELECT pg_sleep(${seconds})) AS s`,
];

test("pool_size is a ceiling on the server for each of two databases under load, and every request is answered", async () => {
  const urls = [await testDatabase(slowView(0.02)), await testDatabase([titled("visits")])] as const;
  const [first = "", second = ""] = urls.map((url) => new URL(url).pathname.slice(1));
  const { call } = await startProject(
    {
      "shaperail.config.yaml": config("pool_size: 3", "pool_size: 2"),
      "resources/posts.yaml": resource("posts"),
      "resources/naps.yaml": resource("naps"),
      "resources/visits.yaml": resource("visits", "db: analytics\n"),
    },
    { DATABASE_URL: urls[0], ANALYTICS_URL: urls[1] },
  );
  const watch = open(urls[0]);
  const until = performance.now() + 1_500;
  const statuses = new Set<number>();
  const load = Array.from({ length: 40 }, async (_, at) => {
    while (performance.now() < until) {
      const path = ["/v1/posts", "/v1/visits", "/v1/naps", "/health/ready"][at % 4] ?? "";
      const writes = at % 3 === 0 && (path === "/v1/posts" || path === "/v1/visits");
      const { status } = await call(path, writes ? { method: "POST", body: { title: "x" } } : {});
      statuses.add(status);
    }
  });
  const most: Record<string, number> = {};
  while (performance.now() < until) {
    for (const [name, count] of Object.entries(await sessions(watch))) most[name] = Math.max(most[name] ?? 0, count);
    await sleep(2);
  }
  await Promise.all(load);
  expect(statuses).toEqual(new Set([200, 201]));
  expect(most).toEqual({ [first]: 3, [second]: 2 });
});

test("a pool without a free connection answers 503 with Retry-After within acquire_timeout, and readiness stays", async () => {
  const url = await testDatabase(slowView(1.5));
  const { call } = await startProject(
    {
      "shaperail.config.yaml": config("pool_size: 1, acquire_timeout: 300ms"),
      "resources/posts.yaml": resource("posts"),
      "resources/naps.yaml": resource("naps"),
    },
    { DATABASE_URL: url },
  );
  const holder = call("/v1/naps");
  await sleep(100);
  const started = performance.now();
  const requests = [call("/v1/posts"), call("/v1/posts", { method: "POST", body: { title: "x" } })];
  for (const { status, headers, json } of await Promise.all(requests)) {
    expect([status, headers.get("retry-after"), json.error.code]).toEqual([503, "1", "SERVICE_UNAVAILABLE"]);
  }
  expect(performance.now() - started).toBeLessThan(700);
  await sleep(700);
  expect((await call("/health/ready")).status).toBe(200);
  expect((await holder).status).toBe(200);
  expect((await call("/v1/posts")).status).toBe(200);
});

test("statement_timeout and query_timeout of the file reach server and driver", async () => {
  const url = await testDatabase(slowView(30));
  const files = { "resources/posts.yaml": resource("posts"), "resources/naps.yaml": resource("naps") };
  for (const keys of ["statement_timeout: 200ms", "query_timeout: 200ms"]) {
    const { call } = await startProject({ ...files, "shaperail.config.yaml": config(keys) }, { DATABASE_URL: url });
    const started = performance.now();
    expect((await call("/v1/naps")).status).toBe(503);
    expect(performance.now() - started).toBeLessThan(1_500);
  }
});

test("sessions that an administrator ends, idle and at work, cost at most a 503, and the pool is whole again", async () => {
  const url = await testDatabase(slowView(0.05));
  const { call } = await startProject(
    {
      "shaperail.config.yaml": config("pool_size: 4"),
      "resources/posts.yaml": resource("posts"),
      "resources/naps.yaml": resource("naps"),
    },
    { DATABASE_URL: url },
  );
  const watch = open(url);
  let running = true;
  const statuses = new Set<number>();
  const load = Array.from({ length: 8 }, async (_, at) => {
    while (running) {
      const write = { method: "POST", body: { title: "x" } };
      const { status } = await (at % 2 === 0 ? call("/v1/naps") : call("/v1/posts", at % 3 === 0 ? write : {}));
      statuses.add(status);
    }
  });
  const text =
    "with ended as (select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'load' and datname = current_database()) select count(*) from ended";
  let ended = 0;
  for (let round = 0; round < 5; round += 1) {
    await sleep(100);
    ended += Number((await watch.run({ name: "terminate", text }, [])).rows[0]?.[0]);
  }
  running = false;
  await Promise.all(load);
  expect(ended).toBeGreaterThan(5);
  for (const status of statuses) expect([200, 201, 503]).toContain(status);
  const after = await Promise.all(Array.from({ length: 20 }, () => call("/v1/naps")));
  expect(new Set(after.map(({ status }) => status))).toEqual(new Set([200]));
  expect((await sessions(watch))[new URL(url).pathname.slice(1)]).toBeLessThanOrEqual(4);
});

test("a server that falls silent hangs no request: each is 503 in time, readiness says so, and all is well when it wakes", async () => {
  const server = await startPostgres();
  onTestFinished(server.close);
  await execute(server.url, [titled("posts")]);
  const { call } = await startProject(
    {
      "shaperail.config.yaml": config(
        "pool_size: 4, query_timeout: 400ms, connect_timeout: 400ms, acquire_timeout: 400ms",
      ),
      "resources/posts.yaml": resource("posts"),
    },
    { DATABASE_URL: server.url },
  );
  expect((await call("/v1/posts")).status).toBe(200);
  server.pause();
  try {
    const until = performance.now() + 1_500;
    const requests = Array.from({ length: 20 }, async (_, at) => {
      while (performance.now() < until) {
        const started = performance.now();
        const write = { method: "POST", body: { title: "x" } };
        const { status, headers } = await call("/v1/posts", at % 2 === 0 ? write : {});
        expect([status, headers.get("retry-after")]).toEqual([503, "1"]);
        expect(performance.now() - started).toBeLessThan(1_200);
      }
    });
    await Promise.all(requests);
    expect((await call("/health")).status).toBe(200);
    expect((await call("/health/ready")).status).toBe(503);
  } finally {
    server.resume();
  }
  await expect.poll(async () => (await call("/v1/posts")).status, { timeout: 2_000 }).toBe(200);
  const watch = open(server.url);
  await expect.poll(async () => (await sessions(watch))["postgres"], { timeout: 2_000 }).toBeLessThanOrEqual(4);
});

test("a start that finds no connection left says how many this application may open", async () => {
  const server = await startPostgres({ settings: { max_connections: 4, superuser_reserved_connections: 0 } });
  onTestFinished(server.close);
  const greedy = createDatabase({ url: server.url, poolSize: 4 });
  onTestFinished(greedy.close);
  const holders = Array.from({ length: 4 }, () => greedy.transaction(() => sleep(1_500)));
  await expect.poll(() => greedy.stats().inUse).toBe(4);
  const files = {
    "shaperail.config.yaml": config("pool_size: 20", "pool_size: 5"),
    "resources/posts.yaml": resource("posts"),
  };
  const failure = await startProject(files, { DATABASE_URL: server.url, ANALYTICS_URL: server.url }).catch(
    (error: unknown) => error,
  );
  expect(failure).toMatchObject({
    code: "DB_TOO_MANY_CONNECTIONS",
    message: expect.stringContaining("each process may open 25 connections (default 20, analytics 5)"),
    hint: expect.stringContaining("shaperail doctor --connections"),
    details: { poolSizes: { default: 20, analytics: 5 }, perProcess: 25 },
  });
  await Promise.all(holders);
});

describe("SHAPERAIL_SLOW_QUERY_MS", () => {
  test.each<{ env: Readonly<Record<string, string>>; reported: boolean }>([
    { env: {}, reported: false },
    { env: { SHAPERAIL_SLOW_QUERY_MS: "5000" }, reported: false },
    { env: { SHAPERAIL_SLOW_QUERY_MS: "100" }, reported: true },
  ])("$env reports a statement of 200 ms: $reported", async ({ env, reported }) => {
    const url = await testDatabase(slowView(0.2));
    const { call, lines } = await startProject(
      { "shaperail.config.yaml": config("pool_size: 2"), "resources/naps.yaml": resource("naps") },
      { DATABASE_URL: url, ...env },
    );
    expect((await call("/v1/naps?filter[title]=canary")).json.data).toMatchObject([{ title: "canary" }]);
    const slow = lines.filter(({ message }) => message === "Slow query detected");
    expect(slow).toHaveLength(reported ? 1 : 0);
    for (const line of slow) {
      expect(line).toMatchObject({ level: "WARN", threshold_ms: 100, sql: expect.stringContaining('"naps"') });
      expect(line["duration_ms"]).toBeGreaterThanOrEqual(199);
      expect(line["duration_ms"]).toBeLessThan(1_000);
      expect(JSON.stringify(line)).not.toContain("canary");
    }
  });
});

describe("a restart of the server under load", () => {
  const down = { status: 503, code: "SERVICE_UNAVAILABLE", retryAfter: "1" };

  async function underLoad(server: PostgresServer, mode: "fast" | "immediate" | "kill") {
    const database = await server.createDatabase();
    await execute(database.url, [titled("posts"), "CHECKPOINT"]);
    const { call } = await startProject(
      { "shaperail.config.yaml": config("pool_size: 4"), "resources/posts.yaml": resource("posts") },
      { DATABASE_URL: database.url },
    );
    let running = true;
    const failures: {
      readonly at: number;
      readonly status: number;
      readonly code: string;
      readonly retryAfter: string | null;
    }[] = [];
    const load = Array.from({ length: 10 }, async (_, at) => {
      while (running) {
        const { status, headers, json } = await call(
          "/v1/posts?limit=1",
          at < 3 ? { method: "POST", body: { title: "x" } } : {},
        );
        if (status >= 400) {
          failures.push({
            at: performance.now(),
            status,
            code: json.error.code,
            retryAfter: headers.get("retry-after"),
          });
          await sleep(5);
        }
      }
    });
    await sleep(300);
    const stopped = performance.now();
    await server.stop(mode);
    await sleep(300);
    const alive = (await call("/health")).status;
    const ready = (await call("/health/ready")).status;
    await server.start();
    const up = performance.now();
    await sleep(1_500);
    running = false;
    await Promise.all(load);
    const left = (await sessions(open(server.url)))[database.name] ?? 0;
    return { failures, stopped, up, alive, ready, left };
  }

  test.each(["fast", "immediate", "kill"] as const)(
    "(%s) fails requests only while it is down, and leaves no session behind",
    async (mode) => {
      const server = await startPostgres();
      onTestFinished(server.close);
      const { failures, stopped, up, alive, ready, left } = await underLoad(server, mode);
      expect([alive, ready]).toEqual([200, 503]);
      expect(failures.length).toBeGreaterThan(0);
      expect(new Set(failures.map(({ at: _at, ...failure }) => JSON.stringify(failure)))).toEqual(
        new Set([JSON.stringify(down)]),
      );
      expect(Math.min(...failures.map(({ at }) => at))).toBeGreaterThanOrEqual(stopped);
      expect(Math.max(...failures.map(({ at }) => at)) - up).toBeLessThan(2_000);
      expect(left).toBeLessThanOrEqual(4);
    },
  );
});
