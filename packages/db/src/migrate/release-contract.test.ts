import { expect, test } from "vitest";
import { type ContractColumn, releaseContract } from "./release-contract.ts";
import { field, softDelete, table } from "./table.test-kit.ts";
import type { TableEndpoint, TableModel } from "./table-model.ts";

const endpoint = (kind: string, given: Partial<TableEndpoint> = {}): TableEndpoint => ({
  kind,
  search: [],
  softDelete: false,
  ...given,
});

const column = (model: TableModel, name: string): ContractColumn | undefined =>
  releaseContract({ tables: [model] }).tables[0]?.columns.find((one) => one.name === name);

test("every column that is declared is read, also the one that only a soft delete needs; transient fields have none", () => {
  const model = table("posts", [field("title"), field("password", { transient: true })], { endpoints: [softDelete] });
  const { tables } = releaseContract({ tables: [model] });
  expect(tables).toEqual([
    {
      name: "posts",
      inserts: false,
      columns: [
        { name: "id", reads: true, writes: false, fills: true },
        { name: "title", reads: true, writes: false, fills: false },
        { name: "deleted_at", reads: true, writes: true, fills: false },
      ],
    },
  ]);
});

test.each([
  { what: "in the input of an update", endpoints: [endpoint("update", { input: ["title"] })], writes: true },
  { what: "in no input", endpoints: [endpoint("create", { input: ["body"] })], writes: false },
  { what: "only read", endpoints: [endpoint("list", { input: [] })], writes: false },
  {
    what: "within reach of a controller",
    endpoints: [endpoint("update", { input: [], before: ["tidy"] })],
    writes: true,
  },
  { what: "within reach of a custom handler", endpoints: [endpoint("custom", { input: [] })], writes: true },
])("a column that is $what is written: $writes", ({ endpoints, writes }) => {
  expect(column(table("posts", [field("title")], { endpoints }), "title")?.writes).toBe(writes);
});

test.each([
  { what: "a controller before", given: { before: ["tidy"] } },
  { what: "a controller after", given: { after: ["tell"] } },
  { what: "a job", given: { jobs: ["mail"] } },
])("with $what somewhere, every table of the database may be written", ({ given }) => {
  const tables = [table("posts", [field("title")]), table("tags", [], { endpoints: [endpoint("list", given)] })];
  const [posts] = releaseContract({ tables }).tables;
  expect(posts).toMatchObject({ name: "posts", inserts: true });
  expect(posts?.columns.every(({ writes }) => writes)).toBe(true);
});

test.each([
  { what: "required", given: { required: true }, fills: true },
  { what: "generated", given: { generated: true }, fills: true },
  { what: "with a default", given: { default: "x" }, fills: true },
  { what: "required and nullable", given: { required: true, nullable: true }, fills: false },
  { what: "optional", given: {}, fills: false },
])("a column that is $what has a value in every row that is written: $fills", ({ given, fills }) => {
  expect(column(table("posts", [field("title", given)]), "title")?.fills).toBe(fills);
});

test("versions of one resource are one table, which is filled where every version fills it", () => {
  const one = table("posts", [field("title", { required: true })]);
  const two = table("posts", [field("title", { required: true }), field("slug", { required: true })], { version: 2 });
  const { tables } = releaseContract({ tables: [one, two] });
  expect(tables.map(({ name }) => name)).toEqual(["posts"]);
  expect(tables[0]?.columns.filter(({ fills }) => fills).map(({ name }) => name)).toEqual(["id", "title"]);
});

test("Shaperail's own tables belong to it, as far as they are needed", () => {
  const model = table("posts", [], { endpoints: [endpoint("create")] });
  const names = (auth: boolean): string[] => releaseContract({ tables: [model], auth }).tables.map(({ name }) => name);
  expect(names(false)).toEqual(["posts", "shaperail_idempotency_keys"]);
  expect(names(true)).toContain("shaperail_refresh_tokens");
});
