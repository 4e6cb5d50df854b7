import { describe, expect, test } from "vitest";
import { checkMigration } from "../lint.ts";
import type { ContractTable, LiveRelease } from "../migrate/release-contract.ts";
import { baseline } from "./fixtures.test-kit.ts";

const posts: ContractTable = {
  name: "posts",
  inserts: true,
  columns: [
    { name: "id", reads: true, writes: false, fills: true },
    { name: "title", reads: true, writes: true, fills: true },
    { name: "body", reads: true, writes: true, fills: false },
    { name: "slug", reads: true, writes: false, fills: false },
  ],
};
const release = (name: string, table: ContractTable = posts): LiveRelease => ({
  release: name,
  contract: { tables: [table] },
});

const find = async (sql: string, releases: readonly LiveRelease[] = [release("v1")]): Promise<string[]> => {
  const options = { file: "a.sql", sql, earlier: [baseline], squawk: false, tables: [], releases };
  const found = await checkMigration(options);
  return found.filter(({ code }) => /^MC03[45]$/.test(code)).map(({ code, span }) => `${code} ${span?.start.line}`);
};

describe("MC034: what a live release uses stays", () => {
  test.each([
    { what: "a dropped column", sql: "ALTER TABLE posts DROP COLUMN title;" },
    { what: "a renamed column", sql: "ALTER TABLE posts RENAME COLUMN title TO headline;" },
    { what: "a dropped table", sql: "DROP TABLE posts;" },
    { what: "a view in the place of a table", sql: "DROP VIEW posts;" },
    { what: "a renamed table", sql: "ALTER TABLE posts RENAME TO articles;" },
    { what: "a table that moves", sql: "ALTER TABLE posts SET SCHEMA archive;" },
    { what: "a column that a block drops", sql: "DO $$ BEGIN ALTER TABLE posts DROP COLUMN title; END $$;" },
  ])("$what is refused, and allowed when no release is live", async ({ sql }) => {
    expect(await find(sql)).toEqual(["MC034 1"]);
    expect(await find(sql, [])).toEqual([]);
  });

  test.each([
    { what: "a column that no live release knows", sql: "ALTER TABLE posts DROP COLUMN views;" },
    { what: "a table that no live release knows", sql: "DROP TABLE users;" },
    { what: "a table that the run itself made", sql: "CREATE TABLE drafts (id int8);\nDROP TABLE drafts;" },
    {
      what: "a column whose successor takes the name at once",
      sql: "ALTER TABLE posts RENAME COLUMN title TO title_old;\nALTER TABLE posts RENAME COLUMN views TO title;",
    },
    {
      what: "a table behind whose name a view stands at once",
      sql: "ALTER TABLE posts RENAME TO articles;\nCREATE VIEW posts AS SELECT * FROM articles;",
    },
  ])("$what may go", async ({ sql }) => {
    expect(await find(sql)).toEqual([]);
  });

  test("a successor that comes in another transaction comes too late", async () => {
    const sql = "ALTER TABLE posts RENAME COLUMN title TO a;\nALTER TABLE posts RENAME COLUMN views TO title;";
    expect(await find(`-- no-transaction\n${sql}`)).toEqual(["MC034 2"]);
  });

  test("the releases are named, with what to do about them, and one comment allows it", async () => {
    const sql = "ALTER TABLE posts DROP COLUMN title;";
    const options = { file: "a.sql", earlier: [baseline], squawk: false };
    const names = ["v1", "v2", "v3", "v4"].map((name) => release(name));
    const [found] = await checkMigration({ ...options, sql, releases: names });
    expect(found?.message).toBe(
      'Each of the live releases "v1", "v2", "v3" and 1 more uses the column "title" of "posts": what is sent to it fails from then on.',
    );
    expect(found?.fix).toContain("`shaperail releases retire v1`, and the others.");
    const allowed = `-- shaperail:allow MC034 nobody calls it\n${sql}`;
    expect(await checkMigration({ ...options, sql: allowed, releases: names })).toEqual([]);
  });
});

describe("MC035: what a live release leaves empty may stay empty", () => {
  test.each([
    { what: "a column that it may leave out", sql: "ALTER TABLE posts ALTER body SET NOT NULL;" },
    { what: "a column that it does not know", sql: "ALTER TABLE posts ALTER views SET NOT NULL;" },
    { what: "a new column", sql: "ALTER TABLE posts ADD COLUMN kind text NOT NULL;" },
    { what: "a column under a new CHECK", sql: "ALTER TABLE posts ADD CHECK (views IS NOT NULL) NOT VALID;" },
    { what: "a column under a new NOT NULL", sql: "ALTER TABLE posts ADD CONSTRAINT n NOT NULL views NOT VALID;" },
    {
      what: "a column whose default it overwrites with NULL",
      sql: "ALTER TABLE posts ALTER body SET DEFAULT '', ALTER body SET NOT NULL;",
    },
    {
      what: "a column whose default is gone",
      sql: "ALTER TABLE posts ALTER views SET DEFAULT 0;\nALTER TABLE posts ALTER views DROP DEFAULT;\nALTER TABLE posts ALTER views SET NOT NULL;",
    },
  ])("$what is refused, and allowed when no release is live", async ({ sql }) => {
    expect((await find(sql)).map((line) => line.slice(0, 5))).toEqual(["MC035"]);
    expect(await find(sql, [])).toEqual([]);
  });

  test.each([
    { what: "a column that it always fills", sql: "ALTER TABLE posts ALTER title SET NOT NULL;" },
    { what: "a new column with a default", sql: "ALTER TABLE posts ADD COLUMN kind text NOT NULL DEFAULT 'a';" },
    {
      what: "a column that it does not know and that has a default",
      sql: "ALTER TABLE posts ALTER views SET DEFAULT 0;\nALTER TABLE posts ALTER views SET NOT NULL;",
    },
    { what: "a CHECK that says something else", sql: "ALTER TABLE posts ADD CHECK (views > 0) NOT VALID;" },
    {
      what: "a column that a validated CHECK keeps filled already",
      sql: "ALTER TABLE posts ADD CONSTRAINT c CHECK (title IS NOT NULL) NOT VALID;\nALTER TABLE posts VALIDATE CONSTRAINT c;\nALTER TABLE posts ALTER title SET NOT NULL;",
    },
  ])("$what is no harm", async ({ sql }) => {
    expect(await find(sql)).toEqual([]);
  });

  test("a release that inserts nothing does not miss a column it does not know", async () => {
    const reader = release("v1", { ...posts, inserts: false });
    expect(await find("ALTER TABLE posts ALTER views SET NOT NULL;", [reader])).toEqual([]);
  });
});
