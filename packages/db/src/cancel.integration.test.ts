import { createTestDatabase } from "@shaperail/test-services";
import { CompiledQuery } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase, type Database } from "./index.ts";

let server: Awaited<ReturnType<typeof createTestDatabase>>;
let watch: Database;
const slow = { name: "slow", text: "select pg_sleep($1::float8)" };

beforeAll(async () => {
  server = await createTestDatabase();
  watch = createDatabase({ url: server.url, poolSize: 1 });
});
afterAll(async () => {
  await watch.close();
  await server.close();
});

/** How many sessions the application has. */
async function sessions(applicationName: string): Promise<number> {
  const text = "select count(*) from pg_stat_activity where application_name = $1";
  return Number((await watch.run({ name: "sessions", text }, [applicationName])).rows[0]?.[0]);
}

test.each<{ way: string; run: (db: Database) => Promise<unknown> }>([
  { way: "a read", run: (db) => db.run(slow, ["30"]) },
  { way: "reads sent ahead", run: (db) => Promise.all([1, 2, 3].map(() => db.run(slow, ["30"]))) },
  { way: "a statement of a transaction", run: (db) => db.transaction((tx) => tx.run(slow, ["30"])) },
  { way: "the query builder", run: (db) => db.kysely().executeQuery(CompiledQuery.raw("select pg_sleep(30)")) },
])("$way that outlasts queryTimeoutMs fails in time, and the server stops working on it", async ({ run }) => {
  await using db = createDatabase({ url: server.url, poolSize: 1, queryTimeoutMs: 150, applicationName: "cancelled" });
  const started = performance.now();
  await expect(run(db)).rejects.toMatchObject({ code: "DB_TIMEOUT" });
  expect(performance.now() - started).toBeLessThan(1_000);
  await expect.poll(() => sessions("cancelled")).toBe(0);
  expect((await db.run({ name: "one", text: "select 1" }, [])).rows).toEqual([["1"]]);
});

test("a connection that is given up keeps its place until the server has ended the session", async () => {
  await using db = createDatabase({ url: server.url, poolSize: 2, queryTimeoutMs: 60, applicationName: "replaced" });
  let running = true;
  const load = Array.from({ length: 6 }, async () => {
    while (running) await db.transaction((tx) => tx.run(slow, ["30"])).catch(() => undefined);
  });
  let most = 0;
  const until = performance.now() + 800;
  while (performance.now() < until) most = Math.max(most, await sessions("replaced"));
  running = false;
  await Promise.all(load);
  expect(most).toBe(2);
});
