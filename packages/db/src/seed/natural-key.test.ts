import { describe, expect, test } from "vitest";
import { field, softDelete, table } from "../migrate/table.test-kit.ts";
import type { TableModel } from "../migrate/table-model.ts";
import type { SeedFile } from "./insert-seeds.ts";
import { upsertStatement } from "./insert-statement.ts";
import { naturalKeyOf } from "./natural-key.ts";

const FIELDS = [field("slug", { unique: true }), field("code", { unique: true }), field("a"), field("b")];
const posts = (given: Partial<TableModel> = {}): TableModel =>
  table("posts", FIELDS, { indexes: [{ fields: ["a", "b"], unique: true, order: "asc" }], ...given });
const seed = (...records: Record<string, unknown>[]): SeedFile => ({
  file: "seeds/posts.yaml",
  table: "posts",
  records: records.map((values, index) => ({ values, line: index + 1 })),
});

describe("records are recognised by the first unique key to which every one gives a value", () => {
  test.each([
    { what: "the primary key", records: [{ id: "1", slug: "x" }], columns: ["id"] },
    { what: "a unique field", records: [{ id: "1", slug: "x" }, { slug: "y" }], columns: ["slug"] },
    { what: "the next one", records: [{ slug: "x", code: "1" }, { code: "2" }], columns: ["code"] },
    { what: "the next one, for NULL equals nothing", records: [{ slug: null, code: "1" }], columns: ["code"] },
    { what: "a unique index", records: [{ a: "1", b: "2" }], columns: ["a", "b"] },
  ])("$what", ({ records, columns }) => {
    expect(naturalKeyOf(seed(...records), posts())).toEqual({ columns, isPartial: false });
  });

  test("where deletes are soft, the index leaves deleted rows out, and so such records are not found again", () => {
    const soft = posts({ endpoints: [softDelete] });
    expect(naturalKeyOf(seed({ slug: "x" }), soft)).toEqual({ columns: ["slug"], isPartial: true });
    expect(upsertStatement(soft, ["slug", "a"], naturalKeyOf(seed({ slug: "x" }), soft)).text).toContain(
      `on conflict ("slug") where "deleted_at" is null do update set "a" = excluded."a" where`,
    );
    expect(() => naturalKeyOf(seed({ slug: "x", deleted_at: "2024-01-01" }), soft)).toThrow("nothing tells");
  });
});

test("without one the file is refused, with the keys that would do", () => {
  expect(() => naturalKeyOf(seed({ slug: "x" }, { a: "1" }), posts())).toThrow(
    expect.objectContaining({
      code: "SEED_KEY_MISSING",
      hint: "Give every record id, or slug, or code, or a with b.",
    }),
  );
});

test("two records of one key are refused with both lines", () => {
  expect(() => naturalKeyOf(seed({ slug: "x" }, { slug: "y" }, { slug: "x" }), posts())).toThrow(
    expect.objectContaining({
      code: "SEED_RECORD_REFUSED",
      message: "seeds/posts.yaml:3: It has the same slug as the record in line 1.",
    }),
  );
});

test("a row that consists of its key has nothing to change; the time of a change is kept by the database", () => {
  const key = { columns: ["slug"], isPartial: false };
  expect(upsertStatement(posts(), ["slug"], key).text).toContain(`on conflict ("slug") do nothing`);
  const timed = table("posts", [...FIELDS, field("updated_at", { type: "timestamp", generated: true })]);
  expect(upsertStatement(timed, ["slug", "a"], key).text).toContain(`"updated_at" = now()`);
});
