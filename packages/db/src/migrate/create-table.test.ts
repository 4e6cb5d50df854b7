import { expect, test } from "vitest";
import { createTableSql } from "./create-table.ts";
import { objectName, searchExpression } from "./sql-text.ts";
import { field, reference, softDelete, table } from "./table.test-kit.ts";

test("a table has its columns in the order of the fields, then constraints, then indexes", () => {
  const users = table(
    "users",
    [
      field("email", { required: true, unique: true, max: 255 }),
      field("role", { type: "enum", values: ["admin", "it's"], default: "admin" }),
      reference("org_id", "orgs"),
      field("age", { type: "integer", min: 0, max: 150 }),
      field("password", { transient: true }),
      field("created_at", { type: "timestamp", generated: true }),
    ],
    { indexes: [{ fields: ["org_id", "created_at"], unique: false, order: "desc" }] },
  );
  expect(createTableSql(users)).toEqual({
    up: `CREATE TABLE "users" (
  "id" UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  "email" VARCHAR(255) NOT NULL,
  "role" TEXT NOT NULL DEFAULT 'admin',
  "org_id" UUID,
  "age" BIGINT,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  CONSTRAINT "uq_users_email" UNIQUE ("email"),
  CONSTRAINT "chk_users_role" CHECK ("role" IN ('admin', 'it''s')),
  CONSTRAINT "fk_users_org_id" FOREIGN KEY ("org_id") REFERENCES "orgs" ("id"),
  CONSTRAINT "chk_users_age" CHECK ("age" >= 0 AND "age" <= 150)
);
CREATE INDEX "idx_users_org_id_created_at_desc" ON "users" ("org_id", "created_at" DESC);
`,
    down: `DROP TABLE "users";\n`,
  });
});

test.each([
  { type: "uuid", sql: "UUID" },
  { type: "string", sql: "TEXT" },
  { type: "integer", sql: "BIGINT" },
  { type: "number", sql: "NUMERIC" },
  { type: "boolean", sql: "BOOLEAN" },
  { type: "timestamp", sql: "TIMESTAMPTZ" },
  { type: "date", sql: "DATE" },
  { type: "json", sql: "JSONB" },
  { type: "file", sql: "TEXT" },
] as const)("$type is $sql", ({ type, sql }) => {
  expect(createTableSql(table("t", [field("f", { type })])).up).toContain(`"f" ${sql}\n`);
});

test("a string that may only be empty is TEXT, since PostgreSQL has no varchar(0)", () => {
  expect(createTableSql(table("t", [field("f", { max: 0 })])).up).toContain(`"f" TEXT\n`);
});

test.each([
  { items: "string", sql: "TEXT[]" },
  { items: "number", sql: "DOUBLE PRECISION[]" },
  { items: "uuid", sql: "UUID[]" },
] as const)("an array of $items is $sql", ({ items, sql }) => {
  expect(createTableSql(table("t", [field("f", { type: "array", items: { type: items } })])).up).toContain(
    `"f" ${sql}\n`,
  );
});

test.each([
  { what: "required", given: { required: true }, sql: `"f" TEXT NOT NULL` },
  { what: "required but nullable", given: { required: true, nullable: true }, sql: `"f" TEXT\n` },
  { what: "a default", given: { default: "x" }, sql: `"f" TEXT NOT NULL DEFAULT 'x'` },
  { what: "a default that quotes", given: { default: "o'clock \\" }, sql: `DEFAULT 'o''clock \\'` },
  { what: "a default of null", given: { default: null }, sql: `"f" TEXT\n` },
  { what: "a boolean default", given: { type: "boolean", default: false }, sql: `"f" BOOLEAN NOT NULL DEFAULT FALSE` },
  { what: "a JSON default", given: { type: "json", default: { a: 1 } }, sql: `DEFAULT '{"a":1}'::jsonb` },
  {
    what: "an array default",
    given: { type: "array", items: { type: "string" }, default: ["a", "b"] },
    sql: `DEFAULT ARRAY['a', 'b']::TEXT[]`,
  },
  { what: "a generated date", given: { type: "date", generated: true }, sql: `"f" DATE NOT NULL DEFAULT CURRENT_DATE` },
  { what: "a least length", given: { min: 3 }, sql: `CHECK (char_length("f") >= 3)` },
] as const)("$what becomes $sql", ({ given, sql }) => {
  expect(createTableSql(table("t", [field("f", given)])).up).toContain(sql);
});

test("a soft-deleting table gets deleted_at, and unique holds among the rows that are not deleted", () => {
  const { up } = createTableSql(table("t", [field("email", { unique: true })], { endpoints: [softDelete] }));
  expect(up).toContain(`"deleted_at" TIMESTAMPTZ`);
  expect(up).not.toContain("CONSTRAINT");
  expect(up).toContain(`CREATE UNIQUE INDEX "uq_t_email" ON "t" ("email") WHERE "deleted_at" IS NULL;`);
});

test("deleted_at that is declared is not added again", () => {
  const declared = table("t", [field("deleted_at", { type: "timestamp" })], { endpoints: [softDelete] });
  expect(createTableSql(declared).up.match(/deleted_at/g)).toHaveLength(1);
});

test("a search has one index on exactly the expression the query uses, however many endpoints share it", () => {
  const search = { kind: "list", search: ["title", "body"], softDelete: false };
  const { up } = createTableSql(table("t", [field("title"), field("body")], { endpoints: [search, search] }));
  expect(up.match(/USING gin/g)).toHaveLength(1);
  expect(up).toContain(
    `CREATE INDEX "idx_t_search_title_body" ON "t" USING gin (to_tsvector('english', coalesce("title", '') || ' ' || coalesce("body", '')));`,
  );
});

test("a quotation mark in a name does not end the identifier", () => {
  expect(searchExpression(['a"b'])).toBe(`to_tsvector('english', coalesce("a""b", ''))`);
});

test("names that PostgreSQL would cut stay within 63 bytes and different", () => {
  const [one, other] = ["a", "b"].map((end) => objectName("idx", "t".repeat(60), end));
  expect(one).not.toBe(other);
  expect(one).toHaveLength(63);
});
