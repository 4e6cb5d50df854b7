import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase } from "@shaperail/test-services";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createDatabase, type Database } from "../index.ts";
import { applyMigrations, migrationStatus, planInitialMigrations, rollbackLast } from "../migrate.ts";
import { field, reference, softDelete, table } from "./table.test-kit.ts";

let server: Awaited<ReturnType<typeof createTestDatabase>>;
let db: Database;
let folder: string;

beforeEach(async () => {
  server = await createTestDatabase();
  db = createDatabase({ url: server.url });
  folder = await mkdtemp(join(tmpdir(), "migrations-"));
});
afterEach(async () => {
  await db.close();
  await server.close();
  await rm(folder, { recursive: true });
});

const put = (fileName: string, sql: string): Promise<void> => writeFile(join(folder, fileName), sql);
const apply = (given: Partial<Parameters<typeof applyMigrations>[0]> = {}): ReturnType<typeof applyMigrations> =>
  applyMigrations({ url: server.url, folder, ...given });
const rows = async (text: string): Promise<readonly (readonly (string | null)[])[]> =>
  (await db.run({ name: text, text }, [])).rows;

describe("apply", () => {
  test("applies what is pending in order and records it as sqlx does", async () => {
    await put("0001_create_items.up.sql", "create table items (id int8);\n");
    await put("0002_add_label.sql", "alter table items add label text;\n");
    expect(await apply()).toMatchObject([
      { version: 1, fileName: "0001_create_items.up.sql" },
      { version: 2, fileName: "0002_add_label.sql" },
    ]);
    expect(await apply()).toEqual([]);
    expect(
      await rows(
        "select version, description, success, checksum = sha384(convert_to(E'create table items (id int8);\\n', 'UTF8')), execution_time > 0 from _sqlx_migrations order by 1",
      ),
    ).toEqual([
      ["1", "create items", "t", "t", "t"],
      ["2", "add label", "t", "f", "t"],
    ]);
  });

  test("ten migrators at once apply each file once, an index built concurrently among them", async () => {
    await put("0001_a.sql", "create table a (id int8); select pg_sleep(0.2);");
    await put(
      "0002_b.sql",
      "-- no-transaction\ncreate index concurrently a_id on a (id);\ncreate index concurrently a_id2 on a (id);",
    );
    const finished = await Promise.all(Array.from({ length: 10 }, () => apply()));
    expect(finished.flat().map(({ version }) => version)).toEqual([1, 2]);
    expect(await rows("select count(*) from pg_index where not indisvalid")).toEqual([["0"]]);
  });

  test("a statement that fails leaves nothing behind and says where it is", async () => {
    await put(
      "0001_bad.sql",
      "create table x (id int8);\n-- é 😀\ninsert into x values (1);\n  insert into nowhere values (1);\n",
    );
    await expect(apply()).rejects.toMatchObject({
      code: "MIGRATE_STATEMENT_FAILED",
      message: '0001_bad.sql:4:15: relation "nowhere" does not exist (SQLSTATE 42P01).',
      details: { file: "0001_bad.sql", line: 4, column: 15, sqlState: "42P01" },
    });
    expect(await rows("select to_regclass('x'), (select count(*) from _sqlx_migrations)")).toEqual([[null, "0"]]);
    await put("0001_bad.sql", "create table x (id int8);");
    expect(await apply()).toHaveLength(1);
  });

  test("a file without a transaction that fails half-way is refused the next time, with the repair", async () => {
    await put("0001_t.sql", "create table t (id int8); insert into t values (1), (1);");
    await put("0002_idx.sql", "-- no-transaction\nselect 1;\ncreate unique index concurrently t_id on t (id);");
    await expect(apply()).rejects.toMatchObject({ code: "MIGRATE_STATEMENT_FAILED", details: { sqlState: "23505" } });
    await expect(apply()).rejects.toMatchObject({
      code: "MIGRATE_DIRTY",
      hint: expect.stringContaining("DELETE FROM _sqlx_migrations WHERE version = 2;"),
      details: { version: 2, invalidIndexes: ["t_id"] },
    });
  });

  test("an edited file is refused, one with other line endings is not", async () => {
    await put("0001_a.sql", "create table a (id int8);\n-- end\n");
    await apply();
    await put("0001_a.sql", "create table a (id int8);\r\n-- end");
    expect(await apply()).toEqual([]);
    await put("0001_a.sql", "create table a (id int4);\n-- end\n");
    await expect(apply()).rejects.toMatchObject({ code: "MIGRATE_FILE_EDITED", details: { files: ["0001_a.sql"] } });
  });

  test("a lock that is held makes it try again, and readers get through meanwhile", async () => {
    await put("0001_a.sql", "create table a (id int8);");
    await apply();
    await put("0002_b.sql", "alter table a add label text;");
    const holder = db.transaction(async (tx) => {
      await tx.run({ name: "hold", text: "lock table a in access share mode" }, []);
      await sleep(900);
    });
    await sleep(50);
    const progress: string[] = [];
    const migrating = apply({ lockTimeoutMs: 200, onProgress: ({ kind }) => progress.push(kind) });
    await sleep(100);
    const started = performance.now();
    await rows("select count(*) from a");
    expect(performance.now() - started).toBeLessThan(600);
    expect(await migrating).toHaveLength(1);
    expect(progress).toContain("retrying");
    await holder;
  });

  test("gives up a lock that is never granted", async () => {
    await put("0001_a.sql", "create table a (id int8);");
    await apply();
    await put("0002_b.sql", "alter table a add label text;");
    const holder = db.transaction(async (tx) => {
      await tx.run({ name: "hold", text: "lock table a in access share mode" }, []);
      await sleep(600);
    });
    await sleep(50);
    const migrating = apply({ lockTimeoutMs: 100, lockAttempts: 1 });
    await expect(migrating).rejects.toMatchObject({ code: "MIGRATE_STATEMENT_FAILED", details: { sqlState: "55P03" } });
    await holder;
  });

  test("gives up waiting for another migrator", async () => {
    await put("0001_a.sql", "select pg_sleep(1);");
    const first = apply();
    await sleep(200);
    await expect(apply({ waitTimeoutMs: 200 })).rejects.toMatchObject({ code: "MIGRATE_LOCKED" });
    await first;
  });

  test("a migrator that is killed frees the lock, leaves nothing half done, and the next one finishes", async () => {
    await put("0001_a.sql", "create table a (id int8);");
    await put("0002_b.sql", "create table b (id int8); select pg_sleep(2);");
    const entry = new URL("../migrate.ts", import.meta.url).href;
    const script = `import { applyMigrations } from "${entry}"; await applyMigrations(JSON.parse(process.argv[1]));`;
    const options = JSON.stringify({ url: server.url, folder });
    const child = spawn(process.execPath, [
      "--conditions=@shaperail/source",
      "--input-type=module",
      "-e",
      script,
      options,
    ]);
    await expect
      .poll(
        () =>
          rows(
            "select count(*) from pg_stat_activity where query like '%pg_sleep(2)%' and state = 'active' and pid <> pg_backend_pid()",
          ),
        { timeout: 10_000 },
      )
      .toEqual([["1"]]);
    child.kill("SIGKILL");
    const finished = await apply();
    expect(finished.map(({ version }) => version)).toEqual([2]);
  });

  test("a URL that leads through a pooler is refused", async () => {
    await expect(apply({ url: `${server.url}?pgbouncer=true` })).rejects.toMatchObject({ code: "MIGRATE_POOLED_URL" });
  });
});

describe("roll back", () => {
  test("reverts exactly the last migration", async () => {
    await put("0001_a.up.sql", "create table a (id int8);");
    await put("0001_a.down.sql", "drop table a;");
    await put("0002_b.up.sql", "create table b (id int8);");
    await put("0002_b.down.sql", "drop table b;");
    await apply();
    expect(await rollbackLast({ url: server.url, folder })).toMatchObject({ version: 2, fileName: "0002_b.down.sql" });
    expect(await rows("select to_regclass('a'), to_regclass('b')")).toEqual([["a", null]]);
    expect(await apply()).toMatchObject([{ version: 2 }]);
  });

  test.each([
    { what: "no down file", down: undefined },
    { what: "a down file of comments", down: "-- nothing\n" },
  ])("$what is an error, not a success", async ({ down }) => {
    await put("0001_a.up.sql", "create table a (id int8);");
    if (down !== undefined) await put("0001_a.down.sql", down);
    await apply();
    await expect(rollbackLast({ url: server.url, folder })).rejects.toMatchObject({ code: "MIGRATE_DOWN_MISSING" });
    expect(await rows("select to_regclass('a')")).toEqual([["a"]]);
  });

  test("without an applied migration there is nothing to roll back", async () => {
    await expect(rollbackLast({ url: server.url, folder })).rejects.toMatchObject({ code: "MIGRATE_NOTHING_APPLIED" });
  });
});

test("the status of each migration, without touching the database", async () => {
  await put("0001_a.sql", "create table a (id int8);");
  expect(await migrationStatus({ url: server.url, folder })).toMatchObject([{ version: 1, state: "pending" }]);
  expect(await rows("select to_regclass('_sqlx_migrations')")).toEqual([[null]]);
  await apply();
  await put("0001_a.sql", "create table changed (id int8);");
  await put("0002_b.sql", "select 1;");
  expect(await migrationStatus({ url: server.url, folder })).toMatchObject([
    {
      version: 1,
      fileName: "0001_a.sql",
      state: "edited",
      installedOn: expect.stringMatching(/^\d{4}-.*Z$/),
      hasDown: false,
    },
    { version: 2, state: "pending", installedOn: undefined },
  ]);
});

test("generated migrations run, go back to nothing and run again, whatever the model", async () => {
  const tables = [
    table(
      "posts",
      [
        field("title", { required: true, unique: true, min: 1, max: 200 }),
        field("state", { type: "enum", values: ["it's", 'a "b"'], default: "it's" }),
        reference("author_id", "authors"),
        reference("parent_id", "posts"),
        field("tags", { type: "array", items: { type: "string" }, default: ["a'b", "c"] }),
        field("meta", { type: "json", default: { a: "it's" } }),
        field("score", { type: "number", min: -1.5, max: 1e21 }),
        field("day", { type: "date", generated: true }),
        field("seen_at", { type: "timestamp", generated: true }),
      ],
      {
        endpoints: [softDelete, { kind: "list", search: ["title", "state"], softDelete: false }],
        indexes: [
          { fields: ["author_id", "seen_at"], unique: false, order: "desc" },
          { fields: ["author_id", "title"], unique: true, order: "asc" },
        ],
      },
    ),
    table("authors", [reference("best_post_id", "posts"), field("level", { type: "integer", min: 0, default: 3 })]),
  ];
  const { files } = planInitialMigrations({ tables, existingFiles: [], auth: true });
  for (const { fileName, contents } of files) await put(fileName, contents);
  for (const _round of [1, 2]) {
    expect(await apply()).toHaveLength(4);
    for (const _file of [1, 2, 3, 4]) await rollbackLast({ url: server.url, folder });
    const made = "('posts', 'authors', 'shaperail_sessions', 'shaperail_refresh_tokens', 'shaperail_api_keys')";
    expect(await rows(`select count(*) from pg_class where relname in ${made}`)).toEqual([["0"]]);
  }
});
