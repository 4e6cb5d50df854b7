import { setTimeout as sleep } from "node:timers/promises";
import {
  createTestDatabase,
  startPgBouncer,
  startPostgres,
  temporaryDirectory,
  type PgBouncerServer,
} from "@shaperail/test-services";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabase, type Database, type DatabaseOptions } from "./index.ts";
import { applyMigrations } from "./migrate.ts";

let server: Awaited<ReturnType<typeof createTestDatabase>>;
let direct: Database;
const lax = { ignore_startup_parameters: "statement_timeout,idle_in_transaction_session_timeout" };

beforeAll(async () => {
  server = await createTestDatabase();
  direct = createDatabase({ url: server.url, poolSize: 1 });
});
afterAll(async () => {
  await direct.close();
  await server.close();
});

describe.each([
  { name: "a pooler that refuses start-up parameters", settings: {} },
  { name: "a pooler that lets start-up parameters pass and ignores them", settings: lax },
])("$name", ({ settings }) => {
  let pooler: PgBouncerServer;
  beforeAll(async () => {
    pooler = await startPgBouncer({ target: server.url, settings: { default_pool_size: 3, ...settings } });
  });
  afterAll(() => pooler.close());
  const open = (options: Partial<DatabaseOptions> = {}): Database => createDatabase({ url: pooler.url, ...options });

  test("is found out, and nothing is prepared by name or left behind in a session", async () => {
    await using db = open({ statementTimeoutMs: 1_234 });
    await db.connect();
    const limit = await db.transaction((tx) => tx.run({ name: "limit", text: "show statement_timeout" }, []));
    expect(limit.rows).toEqual([["1234ms"]]);
    const state = {
      name: "state",
      text: "select current_setting('statement_timeout'), (select count(*) from pg_prepared_statements)",
    };
    const states = await Promise.all(Array.from({ length: 20 }, () => db.run(state, [])));
    expect(new Set(states.map(({ rows }) => rows[0]?.join()))).toEqual(new Set(["0,0"]));
  });

  test("serves 50 callers at once over its 3 sessions, reads and transactions, each its own answer", async () => {
    await using db = open({ poolSize: 25 });
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, at) => {
        const statement = { name: `echo.${at % 5}`, text: `select $1::int + ${at % 5}, pg_sleep(0.005)` };
        const { rows } = await (at % 2 === 0
          ? db.run(statement, [String(at)])
          : db.transaction((tx) => tx.run(statement, [String(at)])));
        return Number(rows[0]?.[0]) - (at % 5);
      }),
    );
    expect(answers).toEqual(Array.from({ length: 50 }, (_, at) => at));
  });

  test("passes a cancellation on, so that a statement nobody waits for ends", async () => {
    await using db = open({ poolSize: 1, queryTimeoutMs: 200 });
    await expect(db.run({ name: "slow", text: "select pg_sleep(30)" }, [])).rejects.toMatchObject({
      code: "DB_TIMEOUT",
    });
    const active = "select count(*) from pg_stat_activity where state = 'active' and query = 'select pg_sleep(30)'";
    await expect.poll(async () => (await direct.run({ name: "active", text: active }, [])).rows[0]?.[0]).toBe("0");
  });

  test.each(["listen news", "select pg_advisory_lock(1)", "prepare p as select 1"])(
    "`%s` is refused with a hint to DIRECT_DATABASE_URL",
    async (text) => {
      await using db = open();
      await db.connect();
      await expect(db.run({ name: text, text }, [])).rejects.toMatchObject({
        code: "DB_SESSION_REQUIRED",
        hint: expect.stringContaining("DIRECT_DATABASE_URL"),
      });
    },
  );

  test("migrations are refused with a hint to DIRECT_DATABASE_URL", async () => {
    await using folder = await temporaryDirectory("migrations");
    await expect(applyMigrations({ url: pooler.url, folder: folder.path })).rejects.toMatchObject({
      code: "MIGRATE_POOLED_URL",
      hint: expect.stringContaining("DIRECT_DATABASE_URL"),
    });
  });
});

test("when prepared statements are demanded, the refusal is an error that says what to set", async () => {
  await using pooler = await startPgBouncer({ target: server.url });
  await using db = createDatabase({ url: pooler.url, preparedStatements: true });
  await expect(db.connect()).rejects.toMatchObject({
    code: "DB_UNAVAILABLE",
    hint: "It is a pooler: set preparedStatements to false.",
    details: { sqlState: "08P01" },
  });
});

test("a cancellation that the server does not answer leaves the pooler unharmed", async () => {
  await using own = await startPostgres();
  await using pooler = await startPgBouncer({ target: own.url, settings: { default_pool_size: 3 } });
  await using db = createDatabase({ url: pooler.url, poolSize: 2, queryTimeoutMs: 200, acquireTimeoutMs: 500 });
  const one = { name: "one", text: "select 1" };
  await db.run(one, []);
  own.pause();
  try {
    await expect(db.run(one, [])).rejects.toMatchObject({ code: "DB_TIMEOUT" });
    // Until nobody waits for the cancellation any more.
    await sleep(1_500);
  } finally {
    own.resume();
  }
  const answer = (): Promise<string> => db.run(one, []).then(({ rows }) => String(rows), String);
  await expect.poll(answer, { timeout: 3_000 }).toBe("1");
});

test("a session of one's own may listen and lock", async () => {
  await direct.run({ name: "listen", text: "listen news" }, []);
  await direct.run({ name: "unlisten", text: "unlisten news" }, []);
  expect((await direct.run({ name: "lock", text: "select pg_try_advisory_lock(1)" }, [])).rows).toEqual([["t"]]);
});
