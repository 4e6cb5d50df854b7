import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase } from "@shaperail/test-services";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { createDatabase, type Database } from "../database.ts";
import { checkMigrations } from "../lint.ts";
import {
  applyMigrations,
  draftRowSecurity,
  findUnsecuredTables,
  planInitialMigrations,
  rollbackLast,
} from "../migrate.ts";
import { insertSeeds } from "../seed.ts";
import { field, table } from "./table.test-kit.ts";

const [ONE, TWO] = ["00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"];
const tenant = field("org_id", { type: "uuid", required: true });
const notes = table("notes", [tenant, field("text")], { tenantKey: "org_id" });
const files = table("files", [tenant], { tenantKey: "org_id" });
const shared = table("shared", [field("text")]);
const tables = [notes, files, shared];

let server: Awaited<ReturnType<typeof createTestDatabase>>;
let folder: string;
/** URL of a role that owns the tables and is no superuser. */
let url: string;

beforeEach(async () => {
  server = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "tenants-"));
  const role = `owner_${server.name}`;
  await run(server.url, [
    `create role ${role} login password 'owner' nosuperuser nobypassrls`,
    `grant create, usage on schema public to ${role}`,
    `grant create on database ${server.name} to ${role}`,
  ]);
  const target = new URL(server.url);
  [target.username, target.password] = [role, "owner"];
  url = target.href;
});
afterEach(async () => {
  await run(server.url, [`drop owned by owner_${server.name}`, `drop role owner_${server.name}`]);
  await server.close();
  await rm(folder, { recursive: true });
});

async function run(target: string, statements: readonly string[]): Promise<void> {
  await using database = createDatabase({ url: target, poolSize: 1 });
  for (const text of statements) await database.run({ name: text, text, prepare: false }, []);
}

async function put(drafted: readonly { readonly fileName: string; readonly contents: string }[]): Promise<string[]> {
  for (const { fileName, contents } of drafted) await writeFile(join(folder, fileName), contents);
  return drafted.map(({ fileName }) => fileName);
}

function open(): Database {
  const database = createDatabase({ url, poolSize: 2 });
  onTestFinished(() => database.close());
  return database;
}

/** Runs a statement as a request of a tenant does. */
async function as(database: Database, settings: Readonly<Record<string, string>>, text: string): Promise<unknown> {
  return database.transaction(async (transaction) => {
    for (const [name, value] of Object.entries(settings)) {
      await transaction.run({ name: "set", text: "select set_config($1, $2, true)" }, [`shaperail.${name}`, value]);
    }
    return (await transaction.run({ name: text, text }, [])).rows;
  });
}

test("drafted, checked and applied, it keeps tenants apart for the table's own role; down leads back", async () => {
  const existing = await put(planInitialMigrations({ tables, existingFiles: [] }).files);
  await applyMigrations({ url, folder });
  const before = await findUnsecuredTables({ url, tables });
  expect(before.unsecured.map((one) => one.table)).toEqual(["notes", "files"]);
  const drafted = draftRowSecurity(before.unsecured, { name: "tenants", existingFiles: existing });
  expect(drafted.map(({ fileName }) => fileName)).toEqual([
    "0004_tenants_rls_notes.up.sql",
    "0004_tenants_rls_notes.down.sql",
    "0005_tenants_rls_files.up.sql",
    "0005_tenants_rls_files.down.sql",
  ]);
  await put(drafted);
  expect((await checkMigrations({ folder, tables, from: 4 })).diagnostics).toEqual([]);
  await applyMigrations({ url, folder });
  expect(await findUnsecuredTables({ url, tables })).toEqual({ unsecured: [], notes: [] });

  const database = open();
  const insert = (org: string): string => `insert into notes (org_id, text) values ('${org}', 'x') returning org_id`;
  expect(await as(database, { tenant_id: ONE }, insert(ONE))).toEqual([[ONE]]);
  await expect(as(database, { tenant_id: ONE }, insert(TWO))).rejects.toMatchObject({ code: "DB_PERMISSION_DENIED" });
  const count = "select count(*) from notes";
  expect(await as(database, { tenant_id: ONE }, count)).toEqual([["1"]]);
  expect(await as(database, { tenant_id: TWO }, count)).toEqual([["0"]]);
  expect(await as(database, {}, count)).toEqual([["0"]]);
  expect(await as(database, { bypass_tenant: "on" }, count)).toEqual([["1"]]);
  expect(await as(database, { tenant_id: TWO }, "update notes set text = 'y' returning id")).toEqual([]);
  const stolen = `update notes set org_id = '${TWO}'`;
  await expect(as(database, { tenant_id: ONE }, stolen)).rejects.toMatchObject({ code: "DB_PERMISSION_DENIED" });

  for (const _table of drafted.slice(2)) await rollbackLast({ url, folder });
  expect(await as(database, {}, count)).toEqual([["1"]]);
  expect(await findUnsecuredTables({ url, tables })).toEqual(before);
});

test("migrations and seeds are of no tenant: they reach every row", async () => {
  const existing = await put(planInitialMigrations({ tables, existingFiles: [] }).files);
  const { unsecured } = await findUnsecuredTables({ url, tables });
  await put(draftRowSecurity(unsecured, { name: "tenants", existingFiles: existing }));
  await applyMigrations({ url, folder });
  const records = [ONE, TWO].map((org_id, line) => ({ values: { org_id, text: "old" }, line }));
  await insertSeeds({ url, tables, files: [{ file: "notes.yaml", table: "notes", records }] });
  await writeFile(join(folder, "0006_backfill.sql"), "update notes set text = 'new';\n");
  await applyMigrations({ url, folder });
  const text = "select text, count(*) from notes group by 1";
  expect(await as(open(), { bypass_tenant: "on" }, text)).toEqual([["new", "2"]]);
});

test("only what is missing is drafted; versions that differ are left to a person", async () => {
  await put(planInitialMigrations({ tables, existingFiles: [] }).files);
  await applyMigrations({ url, folder });
  await run(url, ["alter table notes enable row level security", "create policy tenant_files on files using (true)"]);
  const [first, second] = (await findUnsecuredTables({ url, tables })).unsecured;
  expect(first).toMatchObject({ table: "notes", lacksPolicy: true, isOpen: true });
  expect(second).toMatchObject({ table: "files", lacksPolicy: false, isOpen: true });
  const [up] = draftRowSecurity(second === undefined ? [] : [second], { name: "x", existingFiles: [] });
  expect(up?.contents).not.toContain("CREATE POLICY");
  const mixed = [notes, { ...notes, version: 2, tenantKey: undefined }];
  const found = await findUnsecuredTables({ url, tables: mixed });
  expect(found).toEqual({ unsecured: [], notes: [expect.stringContaining('The versions of "notes" differ')] });
});
