import { randomUUID } from "node:crypto";
import { createTestDatabase } from "@shaperail/test-services";
import { describe, expect, test } from "vitest";
import { createDatabase } from "../database.ts";
import type { TableModel } from "../migrate/table-model.ts";
import { insertSeeds, type SeedFile, type SeedOptions, type SeedOutcome, type SeedProgress } from "./insert-seeds.ts";
import { field, table as tableWithId } from "../migrate/table.test-kit.ts";

const table = (name: string, fields: TableModel["fields"]): TableModel => tableWithId(name, [], { fields });

const SQL = [
  `create table users (id uuid primary key, name text not null unique, boss_id uuid references users (id))`,
  `create table posts (
    id uuid primary key default gen_random_uuid(),
    user_id uuid references users (id),
    title varchar(20) not null,
    state text not null default 'draft' check (state in ('draft', 'live')),
    views bigint, ratio numeric, live boolean, meta jsonb, tags text[], scores bigint[],
    day date, created_at timestamptz not null default now())`,
];

const TABLES: readonly TableModel[] = [
  table("posts", [
    field("id", { type: "uuid", primary: true, generated: true }),
    field("user_id", { type: "uuid", ref: { resource: "users", field: "id" } }),
    field("title"),
    field("state", { type: "enum", values: ["draft", "live"] }),
    field("views", { type: "integer" }),
    field("ratio", { type: "number" }),
    field("live", { type: "boolean" }),
    field("meta", { type: "json" }),
    field("tags", { type: "array", items: { type: "string" } }),
    field("scores", { type: "array", items: { type: "integer" } }),
    field("day", { type: "date" }),
    field("created_at", { type: "timestamp", generated: true }),
  ]),
  table("users", [
    field("id", { type: "uuid", primary: true }),
    field("name", { unique: true }),
    field("boss_id", { type: "uuid", ref: { resource: "users", field: "id" } }),
  ]),
];

const file = (name: string, ...records: Record<string, unknown>[]): SeedFile => ({
  file: `seeds/${name}.yaml`,
  table: name,
  records: records.map((values, index) => ({ values, line: index + 1 })),
});

async function withTables(
  use: (context: {
    insert: (files: SeedFile[], options?: Pick<SeedOptions, "mode" | "onProgress">) => Promise<SeedOutcome>;
    query: (text: string) => Promise<readonly (readonly (string | null)[])[]>;
  }) => Promise<void>,
): Promise<void> {
  await using testDatabase = await createTestDatabase();
  const { url } = testDatabase;
  await using database = createDatabase({ url, poolSize: 1 });
  for (const text of SQL) await database.run({ name: text.slice(0, 40), text }, []);
  await use({
    insert: (files, options = {}) => insertSeeds({ url, tables: TABLES, files, ...options }),
    query: async (text) => (await database.run({ name: text, text }, [])).rows,
  });
}

test("values of every type arrive exactly, and a column that is left out gets its default", async () => {
  await withTables(async ({ insert, query }) => {
    await insert([
      file(
        "posts",
        {
          title: "All",
          views: 9_007_199_254_740_993n,
          ratio: 0.1,
          live: true,
          meta: { a: [1, null, "x"] },
          tags: ["a", "b, c"],
          scores: [1, 2],
          day: "2024-02-29",
          created_at: "2024-02-29T12:00:00+02:00",
          state: "live",
        },
        { title: "Few" },
        { title: "Null", views: null },
      ),
    ]);
    const columns = "title, views, ratio, live, meta, tags, scores, day, created_at at time zone 'UTC', state";
    const [all, few, none] = await query(`select ${columns} from posts order by title`);
    expect(all).toEqual([
      "All",
      "9007199254740993",
      "0.1",
      "t",
      '{"a": [1, null, "x"]}',
      '{a,"b, c"}',
      "{1,2}",
      "2024-02-29",
      "2024-02-29 10:00:00",
      "live",
    ]);
    expect(few?.slice(1, 8)).toEqual([null, null, null, null, null, null, null]);
    expect(few?.[9]).toBe("draft");
    expect(none?.[1]).toBeNull();
  });
});

test("tables are filled after those they refer to, and a row may refer to one further down in its file", async () => {
  await withTables(async ({ insert }) => {
    const [one, two] = [randomUUID(), randomUUID()];
    const outcome = await insert([
      file("posts", { title: "x", user_id: one }),
      file("users", { id: one, name: "a", boss_id: two }, { id: two, name: "b", boss_id: null }),
    ]);
    expect(outcome).toEqual({
      outcome: "inserted",
      tables: [
        { table: "users", count: 2 },
        { table: "posts", count: 1 },
      ],
    });
  });
});

describe("a record that is refused", () => {
  test.each([
    { what: "a duplicate", record: { id: randomUUID(), name: "n3" }, says: "DB_UNIQUE_VIOLATION" },
    { what: "a missing value", record: { id: randomUUID(), name: null }, says: "DB_NOT_NULL_VIOLATION" },
    { what: "a value of another type", record: { id: "x", name: "y" }, says: "DB_INVALID_VALUE" },
    {
      what: "a reference to nothing",
      record: { id: randomUUID(), name: "y", boss_id: randomUUID() },
      says: "DB_FOREIGN_KEY_VIOLATION",
    },
  ])("such as $what is named by its line, and nothing of any file is inserted", async ({ record, says }) => {
    await withTables(async ({ insert, query }) => {
      const many = Array.from({ length: 10 }, (_, n) => ({ id: randomUUID(), name: `n${n}` }));
      const records = [...many.slice(0, 7), record, ...many.slice(7)];
      const error = await insert([
        file("posts", { title: "x", user_id: many[0]?.id }),
        file("users", ...records),
      ]).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: "SEED_RECORD_REFUSED",
        message: expect.stringMatching(/^seeds\/users\.yaml:8: /),
        details: { file: "seeds/users.yaml", line: 8 },
        cause: { code: says },
      });
      expect(await query("select (select count(*) from users) + (select count(*) from posts)")).toEqual([["0"]]);
    });
  });
});

test("if-empty inserts nothing when one of the tables has a row", async () => {
  await withTables(async ({ insert, query }) => {
    const posts = file("posts", { title: "x" });
    expect(await insert([posts], { mode: "if-empty" })).toMatchObject({ outcome: "inserted" });
    expect(await insert([posts], { mode: "if-empty" })).toEqual({ outcome: "skipped", table: "posts" });
    expect(await query("select count(*) from posts")).toEqual([["1"]]);
  });
});

test("ten thousand records take less than a second", async () => {
  await withTables(async ({ insert, query }) => {
    const records = Array.from({ length: 10_000 }, (_, n) => ({ title: `Post ${n}`, views: n, tags: ["a"] }));
    const startedAt = performance.now();
    await insert([file("posts", ...records)]);
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    expect(await query("select count(*) from posts")).toEqual([["10000"]]);
  });
});

describe("upsert", () => {
  const upsert = { mode: "upsert" } as const;
  const [ann, bob] = [randomUUID(), randomUUID()];

  test("inserts what is new, changes what differs and leaves the rest; run again it changes nothing", async () => {
    await withTables(async ({ insert, query }) => {
      await insert([file("users", { id: ann, name: "Ann" }, { id: bob, name: "Bob", boss_id: ann })]);
      const cleo = randomUUID();
      const files = [file("users", { id: ann, name: "Ann" }, { id: bob, name: "Rob" }, { id: cleo, name: "Cleo" })];
      const rows = "select name, boss_id, xmin from users order by name";
      expect(await insert(files, upsert)).toEqual({
        outcome: "upserted",
        tables: [{ table: "users", inserted: 1, updated: 1, unchanged: 1 }],
      });
      const after = await query(rows);
      expect(after.map((row) => row.slice(0, 2))).toEqual([
        ["Ann", null],
        ["Cleo", null],
        // What the record leaves out stays.
        ["Rob", ann],
      ]);
      expect(await insert(files, upsert)).toMatchObject({ tables: [{ inserted: 0, updated: 0, unchanged: 3 }] });
      expect(await query(rows)).toEqual(after);
    });
  });

  test("recognises records by a unique field where they do not give the primary key", async () => {
    await withTables(async ({ insert, query }) => {
      await query("alter table users alter id set default gen_random_uuid()");
      const files = [file("users", { name: "Ann" }, { name: "Bob" })];
      expect(await insert(files, upsert)).toMatchObject({ tables: [{ inserted: 2 }] });
      expect(await insert(files, upsert)).toMatchObject({ tables: [{ inserted: 0, unchanged: 2 }] });
      expect(await query("select count(*) from users")).toEqual([["2"]]);
    });
  });

  test("a value of every type that did not change is not written", async () => {
    await withTables(async ({ insert }) => {
      const values = { ratio: 0.1, live: true, meta: { b: 1, a: [2] }, tags: ["x"], scores: [1], day: "2024-02-29" };
      const files = [file("posts", { id: ann, title: "x", created_at: "2024-02-29T12:00:00+02:00", ...values })];
      await insert(files, upsert);
      expect(await insert(files, upsert)).toMatchObject({ tables: [{ updated: 0, unchanged: 1 }] });
    });
  });

  test("a record that the database refuses is named by its line, and nothing is written", async () => {
    await withTables(async ({ insert, query }) => {
      await insert([file("users", { id: ann, name: "Ann" })]);
      const records = [
        { id: ann, name: "Anna" },
        { id: bob, name: null },
      ];
      await expect(insert([file("users", ...records)], upsert)).rejects.toMatchObject({
        code: "SEED_RECORD_REFUSED",
        details: { line: 2 },
        cause: { code: "DB_NOT_NULL_VIOLATION" },
      });
      expect(await query("select name from users")).toEqual([["Ann"]]);
    });
  });
});

test("a long table is written in parts, and progress counts them", async () => {
  await withTables(async ({ insert, query }) => {
    const records = Array.from({ length: 12_000 }, (_, n) => ({ title: `Post ${n}` }));
    const seen: SeedProgress[] = [];
    await insert([file("posts", ...records)], { onProgress: (progress) => seen.push(progress) });
    expect(seen.map(({ done }) => done)).toEqual([0, 5_000, 10_000, 12_000]);
    expect(seen.every(({ table: name, total }) => name === "posts" && total === 12_000)).toBe(true);
    expect(await query("select count(*) from posts")).toEqual([["12000"]]);
  });
});

test("a server that cannot be reached is a DbError", async () => {
  const url = "postgresql://u:p@127.0.0.1:1/app";
  await expect(insertSeeds({ url, tables: TABLES, files: [file("posts", { title: "x" })] })).rejects.toMatchObject({
    code: "DB_UNAVAILABLE",
  });
});

test("a table that was never migrated is a DbError that says so", async () => {
  await using database = await createTestDatabase();
  const files = [file("posts", { title: "x" })];
  await expect(insertSeeds({ url: database.url, tables: TABLES, files })).rejects.toMatchObject({
    code: "DB_SCHEMA_MISMATCH",
  });
});
