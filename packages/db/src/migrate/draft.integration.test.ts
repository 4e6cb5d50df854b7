import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase } from "@shaperail/test-services";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkMigrations } from "../lint.ts";
import {
  applyMigrations,
  draftMigration,
  findSchemaChanges,
  type LiveSchema,
  type MigrationDraft,
  planInitialMigrations,
  rollbackLast,
  type TableModel,
} from "../migrate.ts";
import { introspect } from "./introspect.ts";
import { withMigrationSession } from "./migration-session.ts";
import { field, reference, softDelete, table } from "./table.test-kit.ts";

let server: Awaited<ReturnType<typeof createTestDatabase>>;
let folder: string;
const files: string[] = [];

beforeEach(async () => {
  server = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "drafts-"));
  files.length = 0;
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const put = async (drafted: readonly { readonly fileName: string; readonly contents: string }[]): Promise<void> => {
  for (const { fileName, contents } of drafted) await writeFile(join(folder, fileName), contents);
  files.push(...drafted.map(({ fileName }) => fileName));
};
const migrate = (): Promise<unknown> => applyMigrations({ url: server.url, folder });
const execute = (text: string): Promise<unknown> =>
  withMigrationSession({ url: server.url }, (connection) => connection.send({ text, values: [], name: undefined }));

async function create(...tables: TableModel[]): Promise<void> {
  await put(planInitialMigrations({ tables, existingFiles: files }).files);
  await migrate();
}

async function draft(...tables: TableModel[]): Promise<MigrationDraft> {
  const changes = await findSchemaChanges({ url: server.url, tables });
  return draftMigration(changes, { name: "change", existingFiles: files, laterFiles: [] });
}

/** The schema without the history. */
async function schema(): Promise<LiveSchema> {
  const { tables } = await withMigrationSession({ url: server.url }, introspect);
  return { tables: tables.filter(({ name }) => name !== "_sqlx_migrations") };
}

const users = table("users", [field("email", { required: true })]);
const state = (values: readonly string[], given = {}): TableModel =>
  table("posts", [field("state", { type: "enum", values, ...given })]);
const title = (given: Parameters<typeof field>[1] = {}, more: Partial<TableModel> = {}): TableModel =>
  table("posts", [field("title", given)], more);
const search = { kind: "list", search: ["title"], softDelete: false };

describe("a change of the model", () => {
  test.each([
    { what: "a new nullable column", from: title(), to: table("posts", [field("title"), field("a")]), phases: [""] },
    {
      what: "a new column with a default",
      from: title(),
      to: table("posts", [field("title"), field("n", { type: "integer", required: true, default: 3 })]),
      phases: [""],
    },
    {
      what: "a new column with bounds",
      from: title(),
      to: table("posts", [field("title"), field("n", { type: "integer", min: 0, max: 9 })]),
      phases: ["", "_validate"],
    },
    {
      what: "a new unique column",
      from: title(),
      to: table("posts", [field("title"), field("slug", { unique: true })]),
      phases: ["", "_indexes", "_finish"],
    },
    { what: "a new unique rule", from: title(), to: title({ unique: true }), phases: ["_indexes", "_finish"] },
    { what: "a unique rule that ends", from: title({ unique: true }), to: title(), phases: [""] },
    {
      what: "a new reference",
      from: table("posts", [field("author_id", { type: "uuid" })]),
      to: table("posts", [reference("author_id", "users")]),
      phases: ["", "_validate"],
    },
    {
      what: "an enum with one more value",
      from: state(["a", "it's"]),
      to: state(["a", "it's", "b"]),
      phases: ["", "_validate"],
    },
    { what: "an enum with one value less", from: state(["a", "b"]), to: state(["a"]), phases: ["", "_validate"] },
    {
      what: "a new default",
      from: state(["a", "b"], { default: "a" }),
      to: state(["a", "b"], { default: "b" }),
      phases: [""],
    },
    {
      what: "a default that ends",
      from: state(["a"], { nullable: true, default: "a" }),
      to: state(["a"], { nullable: true }),
      phases: [""],
    },
    {
      what: "a column that becomes required",
      from: title(),
      to: title({ required: true }),
      phases: ["", "_validate", "_finish"],
    },
    { what: "a column that becomes optional", from: title({ required: true }), to: title(), phases: [""] },
    { what: "a longer text", from: title({ max: 20 }), to: title({ max: 200 }), phases: [""] },
    { what: "a text without limit", from: title({ max: 20, default: "x" }), to: title({ default: "x" }), phases: [""] },
    {
      what: "a new index",
      from: title(),
      to: title({}, { indexes: [{ fields: ["title", "id"], unique: false, order: "desc" }] }),
      phases: ["_indexes"],
    },
    { what: "a new search", from: title(), to: title({}, { endpoints: [search] }), phases: ["_indexes"] },
    {
      what: "deletes that become soft",
      from: title({}, { indexes: [{ fields: ["title"], unique: true, order: "asc" }] }),
      to: title({}, { indexes: [{ fields: ["title"], unique: true, order: "asc" }], endpoints: [softDelete] }),
      phases: ["", "_indexes"],
    },
  ] satisfies readonly { what: string; from: TableModel; to: TableModel; phases: readonly string[] }[])(
    "$what is drafted in files $phases: nothing is left to draft, and down leads back",
    async ({ from, to, phases }) => {
      await create(users, from);
      await execute("insert into users (email) values ('a@example.com')");
      const before = await schema();
      expect(await draft(users, from)).toEqual({ files: [], later: [], notes: [] });
      const drafted = await draft(users, to);
      const ups = drafted.files.map(({ fileName }) => fileName).filter((name) => name.endsWith(".up.sql"));
      expect(ups.map((name) => /^\d{4}_change(\w*)\.up\.sql$/.exec(name)?.[1])).toEqual(phases);
      expect({ later: drafted.later, notes: drafted.notes }).toEqual({ later: [], notes: [] });
      await put(drafted.files);
      const first = Math.min(...drafted.files.map(({ fileName }) => Number.parseInt(fileName, 10)));
      // What is drafted is safe beside a version that serves.
      expect((await checkMigrations({ folder, tables: [users, to], from: first })).diagnostics).toEqual([]);
      await migrate();
      const after = await schema();
      expect(await draft(users, to)).toEqual({ files: [], later: [], notes: [] });
      for (const _up of ups) await rollbackLast({ url: server.url, folder });
      expect(await schema()).toEqual(before);
      await migrate();
      expect(await schema()).toEqual(after);
    },
  );

  test("a new required column may be empty until every row has a value; then NOT NULL is drafted", async () => {
    await create(title());
    await execute("insert into posts (title) values ('old')");
    const to = table("posts", [field("title"), field("slug", { required: true })]);
    const first = await draft(to);
    expect(first.files[0]?.contents).toContain("-- Required, but the version that serves now inserts rows without it.");
    await put(first.files);
    await migrate();
    await execute("update posts set slug = title");
    await put((await draft(to)).files);
    await migrate();
    expect(await draft(to)).toEqual({ files: [], later: [], notes: [] });
    await expect(execute("insert into posts (title) values ('new')")).rejects.toMatchObject({
      code: "DB_NOT_NULL_VIOLATION",
    });
  });

  test("a column that is no longer declared stays, without NOT NULL, and its end is drafted for later", async () => {
    await create(table("posts", [field("title"), field("summary", { required: true })]));
    const drafted = await draft(title());
    await put(drafted.files);
    await migrate();
    await execute("insert into posts (title) values ('without a summary')");
    expect(drafted.later.map(({ fileName }) => fileName)).toEqual([
      "_later/drop_posts_summary.up.sql",
      "_later/drop_posts_summary.down.sql",
    ]);
    const changes = await findSchemaChanges({ url: server.url, tables: [title()] });
    const laterFiles = ["drop_posts_summary.up.sql"];
    expect(draftMigration(changes, { name: "again", existingFiles: files, laterFiles })).toEqual({
      files: [],
      later: [],
      notes: [],
    });
    await put(
      drafted.later.map(({ fileName, contents }) => ({ fileName: fileName.replace("_later/", "0009_"), contents })),
    );
    await migrate();
    expect(await findSchemaChanges({ url: server.url, tables: [title()] })).toEqual([]);
    await rollbackLast({ url: server.url, folder });
    expect(await findSchemaChanges({ url: server.url, tables: [title()] })).toMatchObject([{ kind: "remove_column" }]);
  });

  test("a new type gets a column beside the old one, kept up to date; the exchange is drafted for later", async () => {
    await create(table("posts", [field("views", { type: "string", default: "0" })]));
    await execute("insert into posts (views) values ('1')");
    const to = table("posts", [field("views", { type: "integer", default: 0 })]);
    const drafted = await draft(to);
    await put(drafted.files);
    await migrate();
    await execute("insert into posts (views) values ('2')");
    const changes = await findSchemaChanges({ url: server.url, tables: [to] });
    const laterFiles = ["exchange_posts_views.up.sql"];
    expect(draftMigration(changes, { name: "again", existingFiles: files, laterFiles }).files).toEqual([]);
    await execute("update posts set views = views where views_new is null");
    await put(
      drafted.later.map(({ fileName, contents }) => ({ fileName: fileName.replace("_later/", "0009_"), contents })),
    );
    await migrate();
    await execute("do $$ begin assert (select sum(views) from posts) = 3; end $$");
    await put((await draft(to)).files);
    await migrate();
    expect((await draft(to)).files).toEqual([]);
    expect((await draft(to)).later).toHaveLength(2);
  });

  test("what somebody wrote by hand is left alone", async () => {
    await create(title());
    await execute(
      "create index by_hand on posts (lower(title)); alter table posts add constraint short check (length(title) < 9); create table other (id int8)",
    );
    expect(await draft(title())).toEqual({ files: [], later: [], notes: [] });
  });

  test("an index that is not valid is built again", async () => {
    const to = title({}, { indexes: [{ fields: ["title"], unique: false, order: "asc" }] });
    await create(to);
    await execute("update pg_index set indisvalid = false where indexrelid = 'idx_posts_title'::regclass");
    await put((await draft(to)).files);
    await migrate();
    expect(await draft(to)).toEqual({ files: [], later: [], notes: [] });
  });
});
