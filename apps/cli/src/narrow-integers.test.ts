import { parseResources } from "@shaperail/resource";
import { expect, test } from "vitest";
import { findNarrowIntegers } from "./narrow-integers.ts";

const { resources } = parseResources([
  {
    file: "posts.yaml",
    text: `resource: posts
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
  title: { type: string }
  views: { type: integer }
  scores: { type: array, items: integer }
`,
  },
]);

/** `SR100 column line:column` of each finding in these migrations. */
function find(...texts: readonly string[]): string[] {
  const migrations = texts.map((sql, index) => ({ file: `000${index + 1}.sql`, sql }));
  return findNarrowIntegers(resources, migrations).map(
    ({ code, message, span }) =>
      `${code} ${/`(\w+)`/.exec(message)?.[1]} ${span?.file}:${span?.start.line}:${span?.start.column}`,
  );
}

test.each([
  { what: "as generated", sql: 'CREATE TABLE "posts" (\n  "id" UUID PRIMARY KEY,\n  "views" BIGINT\n);', found: [] },
  { what: "INTEGER", sql: 'CREATE TABLE "posts" (\n  "views" INTEGER\n);', found: ["SR100 views 0001.sql:2:11"] },
  {
    what: "without quotes",
    sql: "create table if not exists posts (id uuid, views int4 not null)",
    found: ["SR100 views 0001.sql:1:50"],
  },
  { what: "in a schema", sql: "CREATE TABLE public.posts (views smallint);", found: ["SR100 views 0001.sql:1:34"] },
  { what: "an array", sql: "CREATE TABLE posts (scores INTEGER[]);", found: ["SR100 scores 0001.sql:1:28"] },
  {
    what: "a column that was added",
    sql: "ALTER TABLE posts ADD COLUMN IF NOT EXISTS views INT;",
    found: ["SR100 views 0001.sql:1:50"],
  },
  { what: "another table", sql: "CREATE TABLE notes (views INTEGER);", found: [] },
  { what: "a field of another type", sql: "CREATE TABLE posts (title INTEGER);", found: [] },
  { what: "a comment", sql: "-- CREATE TABLE posts (views INTEGER);\n/* views INTEGER */", found: [] },
  { what: "a literal", sql: "INSERT INTO x VALUES ('; CREATE TABLE posts (views INTEGER);')", found: [] },
])("$what", ({ sql, found }) => {
  expect(find(sql)).toEqual(found);
});

test.each([
  { sql: "ALTER TABLE posts ALTER COLUMN views TYPE BIGINT;" },
  { sql: 'ALTER TABLE "posts" ALTER "views" SET DATA TYPE int8 USING views::int8;' },
])("a later migration that widens the column settles it: $sql", ({ sql }) => {
  expect(find("CREATE TABLE posts (views INTEGER);", sql)).toEqual([]);
});

test("a later migration that narrows the column is the one that is named", () => {
  const narrow = "ALTER TABLE posts\n  ALTER COLUMN title SET NOT NULL,\n  ALTER COLUMN views TYPE INTEGER;";
  expect(find("CREATE TABLE posts (views BIGINT);", narrow)).toEqual(["SR100 views 0002.sql:3:27"]);
});
