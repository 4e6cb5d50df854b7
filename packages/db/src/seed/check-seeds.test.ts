import { describe, expect, test } from "vitest";
import { matchSeeds } from "./check-seeds.ts";
import type { SeedFile } from "./insert-seeds.ts";
import type { TableModel } from "../migrate/table-model.ts";
import { field, table as tableWithId } from "../migrate/table.test-kit.ts";

const table = (name: string, fields: TableModel["fields"]): TableModel => tableWithId(name, [], { fields });

const file = (name: string, ...records: Record<string, unknown>[]): SeedFile => ({
  file: `seeds/${name}.yaml`,
  table: name,
  records: records.map((values, index) => ({ values, line: index * 3 + 1 })),
});
const refersTo = (resource: string): ReturnType<typeof field> =>
  field(`${resource}_id`, { type: "uuid", ref: { resource, field: "id" } });

const TABLES = [
  table("comments", [field("id"), refersTo("posts")]),
  table("posts", [field("id"), refersTo("users"), field("plain", { transient: true })]),
  table("users", [field("id"), refersTo("users")]),
  table("eggs", [field("id"), refersTo("hens")]),
  table("hens", [field("id"), refersTo("eggs")]),
];

const order = (...names: string[]): string[] =>
  matchSeeds(
    names.map((name) => file(name)),
    TABLES,
  ).map((seed) => seed.table.name);

describe("a table comes after those it refers to", () => {
  test.each([
    { what: "in a chain", files: ["comments", "posts", "users"], ordered: ["users", "posts", "comments"] },
    { what: "also when the one between has no file", files: ["comments", "users"], ordered: ["comments", "users"] },
    { what: "a table that refers to itself waits for nobody", files: ["users"], ordered: ["users"] },
    { what: "in a circle the order of the files stays", files: ["eggs", "hens"], ordered: ["eggs", "hens"] },
  ])("$what", ({ files, ordered }) => {
    expect(order(...files)).toEqual(ordered);
  });
});

describe("before anything is connected", () => {
  test("a file without a table is refused", () => {
    expect(() => matchSeeds([file("post")], TABLES)).toThrow(
      expect.objectContaining({ code: "SEED_TABLE_UNKNOWN", message: 'seeds/post.yaml: there is no table "post".' }),
    );
  });

  test.each([
    { what: "a key that is no column", record: { id: "1", titel: "x" }, code: "SEED_COLUMN_UNKNOWN" },
    { what: "a field that has no column", record: { plain: "x" }, code: "SEED_COLUMN_UNKNOWN" },
    { what: "a record without a column", record: {}, code: "SEED_RECORD_REFUSED" },
  ])("$what is refused with the line of its record", ({ record, code }) => {
    expect(() => matchSeeds([file("posts", { id: "0" }, record)], TABLES)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining("seeds/posts.yaml:4: ") }),
    );
  });
});
