import { expect, test } from "vitest";
import { createSpanAttributes } from "./span-attributes.ts";

test.each([
  { text: 'SELECT "id" FROM "posts" WHERE "id" = $1', operation: "SELECT", table: "posts" },
  { text: "insert into authors (name) values ($1) returning id", operation: "INSERT", table: "authors" },
  { text: 'UPDATE "posts" SET "title" = $1', operation: "UPDATE", table: "posts" },
  { text: "DELETE FROM ONLY posts WHERE id = $1", operation: "DELETE", table: "posts" },
  { text: "WITH found AS (SELECT 1) INSERT INTO comments SELECT * FROM found", operation: "INSERT", table: "comments" },
  { text: "select 1", operation: "SELECT", table: undefined },
  { text: "vacuum", operation: "VACUUM", table: undefined },
])("`$text` is $operation of $table", ({ text, operation, table }) => {
  const attributes = createSpanAttributes()("db.query", { "db.statement": text });
  expect(attributes).toMatchObject({ "db.operation": operation, "db.operation.name": operation });
  expect(attributes["db.table"]).toBe(table);
});

test("what is not a statement stays as it was observed", () => {
  expect(createSpanAttributes()("cache.op", { "cache.operation": "get" })).toEqual({ "cache.operation": "get" });
});
