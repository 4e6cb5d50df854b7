import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { type Logger, noopLogger } from "@shaperail/core";
import { createTestDatabase } from "@shaperail/test-services";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createDatabase, type Database, type DatabaseOptions } from "./index.ts";

let server: Awaited<ReturnType<typeof createTestDatabase>>;
const opened: Database[] = [];
const insert = { name: "insert", text: "insert into item (id, label) values ($1, $2) returning id, label" };
const slow = { name: "slow", text: "select pg_sleep($1::float8)" };

beforeAll(async () => {
  server = await createTestDatabase();
  const db = createDatabase({ url: server.url });
  await db.run({ name: "ddl", text: "create table item (id int8 primary key, label text unique)" }, []);
  await db.close();
});
afterEach(async () => {
  for (const db of opened.splice(0)) await db.close();
});
afterAll(() => server.close());

function open(options: Partial<DatabaseOptions> = {}): Database {
  const db = createDatabase({ url: server.url, closeTimeoutMs: 200, ...options });
  opened.push(db);
  return db;
}

/** Ends every session of this application but our own, as an administrator or a failover does. */
async function terminate(applicationName: string): Promise<void> {
  await open().run(
    {
      name: "terminate",
      text: "with t as (select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1) select count(*) from t",
    },
    [applicationName],
  );
}

function recordingLogger(lines: unknown[]): Logger {
  const write =
    (level: string) =>
    (message: string, fields: object = {}) =>
      void lines.push({ level, message, ...fields });
  const logger: Logger = {
    error: write("error"),
    warn: write("warn"),
    info: write("info"),
    debug: write("debug"),
    trace: write("trace"),
    child: () => logger,
  };
  return logger;
}

describe("run", () => {
  test("rows are PostgreSQL's text, 64-bit integers exact, NULL as null", async () => {
    const statement = { name: "types", text: "select $1::int8, true, null::text, date '2026-02-28', '{1,2}'::int[]" };
    expect(await open().run(statement, ["9223372036854775807"])).toMatchObject({
      rows: [["9223372036854775807", "t", null, "2026-02-28", "{1,2}"]],
      rowCount: 1,
    });
  });

  test("a write reports the rows it changed", async () => {
    const db = open();
    expect(await db.run(insert, ["1", "one"])).toMatchObject({ rows: [["1", "one"]], rowCount: 1 });
    const remove = { name: "remove", text: "delete from item where id = $1" };
    expect(await db.run(remove, ["1"])).toMatchObject({ rows: [], rowCount: 1 });
    expect(await db.run(remove, ["1"])).toMatchObject({ rowCount: 0 });
  });

  test("an error of one statement leaves its neighbours on the same connection alone", async () => {
    const db = open({ poolSize: 1 });
    const cast = { name: "cast", text: "select $1::text::int4" };
    const values = ["1", "x", "3", "y", "5"];
    const results = await Promise.allSettled(values.map((value) => db.run(cast, [value])));
    expect(results.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
    expect(results[1]).toMatchObject({ reason: { code: "DB_INVALID_VALUE" } });
  });

  test.each([
    { what: "a duplicate", values: ["10", "taken"], code: "DB_UNIQUE_VIOLATION" },
    { what: "a NUL byte", values: ["11", "a\u0000b"], code: "DB_INVALID_VALUE" },
    { what: "a number out of range", values: ["9223372036854775808", "b"], code: "DB_INVALID_VALUE" },
    { what: "no key", values: [null, "c"], code: "DB_NOT_NULL_VIOLATION" },
  ])("$what is $code", async ({ values, code }) => {
    const db = open();
    await db.run({ name: "keep", text: "insert into item values (9, 'taken') on conflict do nothing" }, []);
    await expect(db.run(insert, values)).rejects.toMatchObject({ code });
  });

  test("a megabyte of text comes back as it went", async () => {
    const text = "ü".repeat(512 * 1024);
    const { rows } = await open().run({ name: "echo", text: "select $1::text" }, [text]);
    expect(rows[0]?.[0]).toBe(text);
  });

  test("a column whose type changed under a prepared statement costs no error", async () => {
    const db = open({ poolSize: 2 });
    const read = { name: "read", text: "select note from changing" };
    await db.run({ name: "create", text: "create table changing (note varchar(10))" }, []);
    await db.run(read, []);
    await db.run({ name: "alter", text: "alter table changing alter column note type text" }, []);
    await expect(db.run(read, [])).resolves.toMatchObject({ rows: [] });
    await expect(Promise.all([1, 2, 3].map(() => db.run(read, [])))).resolves.toHaveLength(3);
  });

  test("a prepared statement the server forgot costs no error, and none is prepared any more", async () => {
    const lines: unknown[] = [];
    const db = open({ poolSize: 1, logger: recordingLogger(lines) });
    const read = { name: "read", text: "select count(*) from item" };
    await db.run(read, []);
    await db.run({ name: "forget", text: "deallocate all" }, []);
    await expect(db.run(read, [])).resolves.toMatchObject({ rowCount: 1 });
    await expect(db.run(read, [])).resolves.toMatchObject({ rowCount: 1 });
    expect(lines).toMatchObject([{ level: "warn", prepared_statements: false }]);
  });

  test("without prepared statements nothing is kept on the server and no start-up parameter is sent", async () => {
    const db = open({ preparedStatements: false, poolSize: 1, statementTimeoutMs: 1_234 });
    await db.run({ name: "named", text: "select 1" }, []);
    const state = {
      name: "state",
      text: "select (select count(*) from pg_prepared_statements), current_setting('statement_timeout')",
    };
    expect((await db.run(state, [])).rows).toEqual([["0", "0"]]);
    const inside = await db.transaction((tx) => tx.run({ name: "limit", text: "show statement_timeout" }, []));
    expect(inside.rows).toEqual([["1234ms"]]);
  });

  test("pgbouncer=true in the URL turns prepared statements off", async () => {
    const db = open({ url: `${server.url}?pgbouncer=true`, poolSize: 1 });
    const count = { name: "count", text: "select count(*) from pg_prepared_statements" };
    await db.run(count, []);
    expect((await db.run(count, [])).rows).toEqual([["0"]]);
  });
});

describe("transaction", () => {
  const read = { name: "read", text: "select label from item where id = $1" };

  test("what the callback did is committed when it resolves", async () => {
    const db = open();
    await db.transaction((tx) => tx.run(insert, ["20", "kept"]));
    expect((await db.run(read, ["20"])).rows).toEqual([["kept"]]);
  });

  test("what the callback did is rolled back when it throws, and the error is thrown on", async () => {
    const db = open({ poolSize: 1 });
    const boom = new Error("boom");
    const work = db.transaction(async (tx) => {
      await tx.run(insert, ["21", "lost"]);
      throw boom;
    });
    await expect(work).rejects.toBe(boom);
    expect((await db.run(read, ["21"])).rows).toEqual([]);
    expect(db.stats()).toMatchObject({ total: 1, inUse: 0 });
  });

  test("a swallowed error does not turn into a silent rollback", async () => {
    const work = open().transaction(async (tx) => {
      await tx.run(insert, [null, "x"]).catch(() => undefined);
    });
    await expect(work).rejects.toMatchObject({ code: "DB_TRANSACTION_ABORTED" });
  });

  test("a transaction that has ended cannot be used", async () => {
    const tx = await open().transaction(async (running) => running);
    await expect(tx.run(read, ["1"])).rejects.toThrow(TypeError);
    await expect(tx.kysely<{ item: { id: string } }>().selectFrom("item").select("id").execute()).rejects.toThrow(
      TypeError,
    );
  });

  test("isolation and read-only are those asked for", async () => {
    const db = open();
    const level = await db.transaction((tx) => tx.run({ name: "level", text: "show transaction_isolation" }, []), {
      isolation: "serializable",
    });
    expect(level.rows).toEqual([["serializable"]]);
    const write = db.transaction((tx) => tx.run(insert, ["22", "x"]), { readOnly: true });
    await expect(write).rejects.toMatchObject({ code: "DB_READ_ONLY" });
  });

  test("two transactions that wait for each other: one ends with DB_DEADLOCK, the other commits", async () => {
    const db = open();
    await db.run({ name: "two", text: "insert into item values (30, 'a30'), (31, 'a31')" }, []);
    const touch = { name: "touch", text: "update item set label = label where id = $1" };
    const crossed = (first: string, second: string): Promise<unknown> =>
      db.transaction(async (tx) => {
        await tx.run(touch, [first]);
        await sleep(200);
        await tx.run(touch, [second]);
      });
    const results = await Promise.allSettled([crossed("30", "31"), crossed("31", "30")]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(results.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "DB_DEADLOCK" } });
  });
});

describe("kysely", () => {
  interface Schema {
    readonly item: { readonly id: string; readonly label: string | null };
  }

  test("builds and runs queries on the same pool, and its errors are ours", async () => {
    const db = open({ poolSize: 1 });
    const kysely = db.kysely<Schema>();
    await kysely.insertInto("item").values({ id: "40", label: "built" }).execute();
    expect(await kysely.selectFrom("item").selectAll().where("id", "=", "40").execute()).toEqual([
      { id: "40", label: "built" },
    ]);
    const changed = await kysely.deleteFrom("item").where("id", "=", "40").executeTakeFirst();
    expect(changed.numDeletedRows).toBe(1n);
    await expect(
      kysely
        .selectFrom("item")
        .select("nothing" as "id")
        .execute(),
    ).rejects.toMatchObject({
      code: "DB_SCHEMA_MISMATCH",
    });
    expect(db.stats()).toMatchObject({ total: 1, inUse: 0 });
  });

  test("its transactions commit and roll back; inside ours it sees what we did", async () => {
    const db = open();
    const kysely = db.kysely<Schema>();
    await kysely.transaction().execute((tx) => tx.insertInto("item").values({ id: "41", label: "k" }).execute());
    const seen = await db.transaction(async (tx) => {
      await tx.run(insert, ["42", "ours"]);
      return tx
        .kysely<Schema>()
        .selectFrom("item")
        .select("label")
        .where("id", "in", ["41", "42"])
        .orderBy("id")
        .execute();
    });
    expect(seen).toEqual([{ label: "k" }, { label: "ours" }]);
  });
});

describe("the pool", () => {
  test("never opens more connections than its size, whatever the mix", async () => {
    const db = open({ poolSize: 3, applicationName: "ceiling" });
    const count = { name: "count", text: "select count(*) from pg_stat_activity where application_name = 'ceiling'" };
    const work = Array.from({ length: 60 }, async (_, index) => {
      if (index % 3 === 0) return db.transaction((tx) => tx.run(count, []));
      if (index % 3 === 1)
        return db.run({ name: "write", text: `with w as (delete from item where false) ${count.text}` }, []);
      return db.run(count, []);
    });
    const seen = (await Promise.all(work)).map(({ rows }) => Number(rows[0]?.[0]));
    expect(Math.max(...seen)).toBeLessThanOrEqual(3);
    // The third may still be opening when the first two have done all the work.
    await expect.poll(() => db.stats()).toEqual({ total: 3, idle: 3, inUse: 0, waiting: 0, size: 3 });
  });

  test("who waits too long for a connection gets DB_POOL_EXHAUSTED, readers and writers alike", async () => {
    const db = open({ poolSize: 2, acquireTimeoutMs: 100 });
    const holders = [1, 2].map(() => db.transaction((tx) => tx.run(slow, ["0.6"])));
    await sleep(50);
    const waiting = [db.run({ name: "read", text: "select 1" }, []), db.run(insert, ["50", "x"])];
    expect(db.stats()).toMatchObject({ inUse: 2, waiting: 2 });
    for (const waiter of waiting) await expect(waiter).rejects.toMatchObject({ code: "DB_POOL_EXHAUSTED" });
    await Promise.all(holders);
    await expect(db.run({ name: "read", text: "select 1" }, [])).resolves.toMatchObject({ rowCount: 1 });
  });

  test("a slow read does not hold up the reads that come after it", async () => {
    const db = open({ poolSize: 2 });
    await db.connect();
    const running = db.run(slow, ["1"]);
    await sleep(100);
    const started = performance.now();
    await Promise.all(Array.from({ length: 20 }, () => db.run({ name: "quick", text: "select 1" }, [])));
    expect(performance.now() - started).toBeLessThan(700);
    await running;
  });

  test("a stream of reads does not keep a write waiting", async () => {
    const db = open({ poolSize: 1 });
    let reading = true;
    const read = { name: "read", text: "select pg_sleep(0.002)" };
    const readers = Array.from({ length: 8 }, async () => {
      while (reading) await db.run(read, []);
    });
    await sleep(50);
    await expect(db.run(insert, ["60", "through"])).resolves.toMatchObject({ rowCount: 1 });
    reading = false;
    await Promise.all(readers);
  });

  test("an idle session ended by the server does not end the process, and the next statement works", async () => {
    const db = open({ applicationName: "victim", poolSize: 2 });
    await db.run({ name: "one", text: "select 1" }, []);
    await terminate("victim");
    await sleep(100);
    expect(db.stats().total).toBe(0);
    await expect(db.run({ name: "one", text: "select 1" }, [])).resolves.toMatchObject({ rowCount: 1 });
  });

  test("a busy session ended by the server fails its statement and its transaction, and the pool recovers", async () => {
    const db = open({ applicationName: "busy-victim", poolSize: 2 });
    const work = [db.run(slow, ["5"]), db.transaction((tx) => tx.run(slow, ["5"]))];
    const settled = Promise.allSettled(work);
    await sleep(200);
    await terminate("busy-victim");
    expect(await settled).toMatchObject([
      { reason: { code: "DB_UNAVAILABLE" } },
      { reason: { code: "DB_UNAVAILABLE" } },
    ]);
    await expect(Promise.all([1, 2, 3].map(() => db.run({ name: "one", text: "select 1" }, [])))).resolves.toHaveLength(
      3,
    );
  });

  test("a connection left inside a transaction is thrown away, not given to the next", async () => {
    const db = open({ poolSize: 1 });
    const backend = { name: "backend", text: "select pg_backend_pid()" };
    const before = await db.run(backend, []);
    await db.run({ name: "begin", text: "begin" }, []);
    expect((await db.run(backend, [])).rows).not.toEqual(before.rows);
  });

  test("a statement beyond the server's limit is DB_TIMEOUT and costs no connection", async () => {
    const db = open({ poolSize: 1, statementTimeoutMs: 100, applicationName: "limited" });
    const backend = { name: "backend", text: "select pg_backend_pid()" };
    const before = await db.run(backend, []);
    await expect(db.run(slow, ["5"])).rejects.toMatchObject({ code: "DB_TIMEOUT", details: { sqlState: "57014" } });
    expect((await db.run(backend, [])).rows).toEqual(before.rows);
  });

  test("unused connections are closed after a while", async () => {
    const db = open({ idleTimeoutMs: 50 });
    await db.connect();
    await sleep(200);
    expect(db.stats().total).toBe(0);
  });
});

describe("ping", () => {
  test("does not wait for a connection of an exhausted pool", async () => {
    const db = open({ poolSize: 1, acquireTimeoutMs: 5_000 });
    const holder = db.run(slow, ["1.6"]);
    await sleep(1_100);
    const started = performance.now();
    await db.ping({ timeoutMs: 400 });
    expect(performance.now() - started).toBeLessThan(400);
    await holder;
  });
});

describe("connect", () => {
  test("resolves when the server can be used", async () => {
    await expect(open().connect()).resolves.toBeUndefined();
  });

  test("nobody listening is DB_UNAVAILABLE, with the address, a hint and no credentials", async () => {
    const db = open({ url: "postgresql://ada:s3cret@127.0.0.1:1/app" });
    const failure: unknown = await db.connect().catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: "DB_UNAVAILABLE",
      message: "Cannot connect to the database at postgresql://***@127.0.0.1:1/app: the server does not answer there.",
      hint: "Start PostgreSQL (docker compose up -d, say), or correct DATABASE_URL.",
    });
    expect(JSON.stringify(failure)).not.toContain("s3cret");
  });

  test("a database that does not exist is DB_DATABASE_NOT_FOUND", async () => {
    const url = new URL(server.url);
    url.pathname = "/no_such_database";
    await expect(open({ url: url.href }).connect()).rejects.toMatchObject({ code: "DB_DATABASE_NOT_FOUND" });
  });
});

describe("what is reported", () => {
  test("a slow statement is one WARN with its duration and its SQL, without values", async () => {
    const lines: unknown[] = [];
    const db = open({ slowQueryMs: 100, logger: recordingLogger(lines) });
    await db.run(slow, ["0.15"]);
    await db.run(slow, ["0"]);
    expect(lines).toEqual([
      {
        level: "warn",
        message: "Slow query detected",
        duration_ms: expect.any(Number),
        threshold_ms: 100,
        sql: slow.text,
      },
    ]);
  });

  test("a slow statement is reported, and a transaction runs, in the context of whoever asked, whoever had the connection before", async () => {
    const requests = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const report: Logger = { ...noopLogger, warn: () => void seen.push(requests.getStore()), child: () => report };
    const db = open({ poolSize: 1, slowQueryMs: 50, logger: report });
    const inTransaction = async (): Promise<void> => {
      const isOwn = await db.transaction(async (tx) => {
        await tx.run(slow, ["0.1"]);
        return requests.getStore();
      });
      seen.push(`transaction of ${isOwn}`);
    };
    await Promise.all([
      requests.run("a", () => db.run(slow, ["0.1"])),
      requests.run("b", inTransaction),
      requests.run("c", () => db.run(slow, ["0.1"])),
    ]);
    expect(seen.map(String).toSorted()).toEqual(["a", "b", "c", "transaction of b"]);
  });

  test("every statement is observed with its name and its text, without values", async () => {
    const seen: unknown[] = [];
    const db = open({
      observer: {
        observe: (operation, attributes, run) => {
          seen.push({ operation, ...attributes });
          return run(() => undefined);
        },
        inject: () => undefined,
        extract: (_carrier, run) => run(),
      },
    });
    await db.transaction((tx) => tx.run(slow, ["0"]));
    await db.run(slow, ["0"]);
    const statement = {
      operation: "db.query",
      "db.connection": "default",
      "db.query.summary": "slow",
      "db.statement": slow.text,
    };
    expect(seen).toEqual([statement, statement]);
    seen.length = 0;
    interface ItemSchema {
      item: { id: string; label: string };
    }
    const built = { operation: "db.query", "db.connection": "default" };
    await db.kysely<ItemSchema>().selectFrom("item").select("id").where("label", "=", "canary").execute();
    await db.transaction((tx) => tx.kysely<ItemSchema>().deleteFrom("item").where("label", "=", "canary").execute());
    expect(seen).toEqual([
      { ...built, "db.statement": 'select "id" from "item" where "label" = $1' },
      { ...built, "db.statement": 'delete from "item" where "label" = $1' },
    ]);
  });
});

describe("close", () => {
  test("may be called twice, and refuses what comes later", async () => {
    const db = open();
    await db.connect();
    await Promise.all([db.close(), db.close()]);
    await expect(db.run({ name: "one", text: "select 1" }, [])).rejects.toMatchObject({ code: "DB_CLOSED" });
  });

  test("lets running statements finish", async () => {
    const db = open({ closeTimeoutMs: 5_000 });
    await db.connect();
    const running = db.run(slow, ["0.2"]);
    await Promise.all([db.close(), expect(running).resolves.toMatchObject({ rowCount: 1 })]);
  });

  test("does not wait longer than closeTimeoutMs", async () => {
    const db = open({ closeTimeoutMs: 100 });
    await db.connect();
    const running = db.run(slow, ["20"]).catch((error: unknown) => error);
    const started = performance.now();
    await db.close();
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(await running).toMatchObject({ code: "DB_CLOSED" });
  });
});

test("a pool without connections is a mistake of the caller", () => {
  expect(() => createDatabase({ url: server.url, poolSize: 0 })).toThrow(TypeError);
});
