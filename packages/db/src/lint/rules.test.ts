import { expect, test } from "vitest";
import { checkMigration } from "../lint.ts";
import { baseline } from "./fixtures.test-kit.ts";

const find = async (sql: string, given: Partial<Parameters<typeof checkMigration>[0]> = {}): Promise<string[]> => {
  const found = await checkMigration({ file: "a.sql", sql, earlier: [baseline], squawk: false, ...given });
  return found.map(({ code, span }) => `${code} ${span?.start.line}:${span?.start.column}`);
};

test("each part of an ALTER TABLE is found at its own place", async () => {
  const sql = `ALTER TABLE IF EXISTS ONLY public."posts"
  ADD COLUMN a numeric(10, 2) DEFAULT round(1.5, 1),
  ADD COLUMN b uuid DEFAULT gen_random_uuid(),
  ALTER title SET NOT NULL;`;
  expect(await find(sql)).toEqual(["MC010 3:3", "MC013 4:3"]);
});

test("a function that the list of unchanging ones does not have is taken for volatile", async () => {
  expect(await find("ALTER TABLE posts ADD COLUMN a text DEFAULT app.label();")).toEqual(["MC010 1:19"]);
  expect(await find("ALTER TABLE posts ADD COLUMN a timestamptz DEFAULT CURRENT_TIMESTAMP;")).toEqual([]);
});

test("a table of another schema is another table", async () => {
  const create = "CREATE TABLE app.posts (id bigint);\n";
  expect(await find(`${create}CREATE INDEX a ON app.posts (id);`)).toEqual([]);
  expect(await find(`${create}CREATE INDEX a ON posts (id);`)).toEqual(["MC020 2:1"]);
});

test("createdTables have no users yet", async () => {
  expect(await find("CREATE INDEX a ON posts (id);", { createdTables: ["posts"] })).toEqual([]);
});

test.each([
  { value: "0", found: ["MC045 1:1"] },
  { value: "DEFAULT", found: ["MC045 1:1"] },
  { value: "'1min'", found: ["MC045 1:1"] },
  { value: "'10s'", found: [] },
  { value: "500", found: [] },
])("lock_timeout of $value before a lock that others wait for", async ({ value, found }) => {
  expect(await find(`SET lock_timeout = ${value};\nALTER TABLE posts ADD COLUMN a text;`)).toEqual(found);
});

test("lock_timeout may be off for what nobody waits for", async () => {
  const index = "-- no-transaction\nSET lock_timeout = 0;\nCREATE INDEX CONCURRENTLY a ON posts (id);\n";
  const alter = "ALTER TABLE posts ADD COLUMN a text;\n";
  expect(await find(index)).toEqual([]);
  expect(await find(`${index}SET lock_timeout = '2s';\n${alter}`)).toEqual([]);
  expect(await find(index + alter)).toEqual(["MC045 2:1"]);
});

test("an enum that the file makes may be used at once", async () => {
  const sql = "CREATE TYPE size AS ENUM ('s');\nALTER TYPE size ADD VALUE 'm';\nSELECT 'm'::size;";
  expect(await find(sql)).toEqual([]);
});

test("a block that commits is not one transaction", async () => {
  const block = (end: string): string =>
    `DO $$ BEGIN ALTER TABLE posts ADD COLUMN a text; ${end} ALTER TABLE users ADD COLUMN a text; END $$;`;
  expect(await find(`-- no-transaction\n${block("")}`)).toEqual(["MC040 2:1"]);
  expect(await find(`-- no-transaction\n${block("COMMIT;")}`)).toEqual([]);
});

test("a column that a soft-deleting resource reads cannot be dropped, also when no field names it", async () => {
  const posts = { name: "posts", version: 1, db: "default", fields: [], indexes: [] };
  const tables = [{ ...posts, endpoints: [{ kind: "delete", search: [], softDelete: true }] }];
  expect(await find("ALTER TABLE posts DROP COLUMN deleted_at;", { tables })).toEqual(["MC030 1:19"]);
});

test("an allow comment is for its code, its statement, and may stand above other comments", async () => {
  const index = "CREATE INDEX a ON posts (id);";
  expect(await find(`-- shaperail:allow MC020 small\n-- more\n${index}`)).toEqual([]);
  expect(await find(`-- shaperail:allow MC021 small\n${index}`)).toEqual(["MC004 1:1", "MC020 2:1"]);
  expect(await find(`${index}\n-- shaperail:allow MC020 small\n${index}`)).toEqual(["MC020 1:1"]);
  expect(await find(`SELECT '-- shaperail:allow MC020 small';\n${index}`)).toEqual(["MC020 2:1"]);
});

test("an empty file, comments alone and a byte order mark are understood", async () => {
  expect(await find("")).toEqual([]);
  expect(await find("-- nothing\n")).toEqual([]);
  expect(await find("\uFEFFCREATE INDEX a ON posts (id);")).toEqual(["MC020 1:2"]);
});
