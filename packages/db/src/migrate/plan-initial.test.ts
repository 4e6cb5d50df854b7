import { expect, test } from "vitest";
import { mergeTables } from "./merge-tables.ts";
import { planInitialMigrations } from "./plan-initial.ts";
import { field, reference, table } from "./table.test-kit.ts";

const names = (files: readonly { readonly fileName: string }[]): string[] =>
  files.map(({ fileName }) => fileName).filter((name) => name.endsWith(".up.sql"));

test("each table comes after those it refers to, numbered from the highest number there is", () => {
  const tables = [
    table("comments", [reference("post_id", "posts")]),
    table("posts", [reference("user_id", "users")]),
    table("users", []),
  ];
  const { files } = planInitialMigrations({ tables, existingFiles: ["0007_add_index.sql", "README.md"] });
  expect(files.map(({ fileName }) => fileName)).toEqual([
    "0008_create_users.up.sql",
    "0008_create_users.down.sql",
    "0009_create_posts.up.sql",
    "0009_create_posts.down.sql",
    "0010_create_comments.up.sql",
    "0010_create_comments.down.sql",
  ]);
});

test.each(["0001_create_orders.up.sql", "0001_create_orders.sql", "20240101120000_create_orders.sql"])(
  "%s is the file of orders, and of nothing else",
  (existing) => {
    const plan = planInitialMigrations({
      tables: [table("orders", []), table("order", [])],
      existingFiles: [existing],
    });
    expect(plan.existing).toEqual(["orders"]);
    expect(names(plan.files)).toEqual([expect.stringMatching(/_create_order\.up\.sql$/)]);
  },
);

test("tables that refer to each other are created first and joined by the last file, which can be undone", () => {
  const tables = [table("a", [reference("b_id", "b")]), table("b", [reference("a_id", "a")])];
  const [aUp, , bUp, bDown] = planInitialMigrations({ tables, existingFiles: [] }).files;
  expect(aUp?.contents).not.toContain("FOREIGN KEY");
  expect(bUp?.contents).toContain(
    `ALTER TABLE "a" ADD CONSTRAINT "fk_a_b_id" FOREIGN KEY ("b_id") REFERENCES "b" ("id");`,
  );
  expect(bDown?.contents).toBe(`ALTER TABLE "a" DROP CONSTRAINT "fk_a_b_id";\nDROP TABLE "b";\n`);
});

test("a table may refer to itself", () => {
  const { files } = planInitialMigrations({ tables: [table("t", [reference("parent_id", "t")])], existingFiles: [] });
  expect(files[0]?.contents).toContain(`REFERENCES "t" ("id")`);
});

test("a reference to nothing is refused", () => {
  const plan = (): unknown =>
    planInitialMigrations({ tables: [table("t", [reference("x_id", "nowhere")])], existingFiles: [] });
  expect(plan).toThrow(expect.objectContaining({ code: "MIGRATE_REFERENCE_UNKNOWN" }));
});

test("two versions of a resource are one table with the columns of both", () => {
  const one = table("t", [
    field("a", { required: true }),
    field("kind", { type: "enum", values: ["x"], required: true }),
  ]);
  const two = table(
    "t",
    [field("kind", { type: "enum", values: ["y"], required: true }), field("b", { required: true })],
    { version: 2 },
  );
  const [merged] = mergeTables([two, one]);
  expect(merged?.fields.map(({ name, required }) => [name, required])).toEqual([
    ["id", false],
    ["a", false],
    ["kind", true],
    ["b", false],
  ]);
  expect(merged?.fields.find(({ name }) => name === "kind")?.values).toEqual(["x", "y"]);
});

test.each([
  { what: "types", one: field("f"), two: field("f", { type: "integer" }) },
  { what: "defaults", one: field("f", { default: "a" }), two: field("f", { default: "b" }) },
  { what: "uniqueness", one: field("f"), two: field("f", { unique: true }) },
])("two versions with different $what of one field are refused", ({ one, two }) => {
  const tables = [table("t", [one]), table("t", [two], { version: 2 })];
  expect(() => mergeTables(tables)).toThrow(expect.objectContaining({ code: "MIGRATE_TABLE_CONFLICT" }));
});

test("a create needs a place for its idempotency keys, made once and after the resources", () => {
  const posts = table("posts", [], { endpoints: [{ kind: "create", search: [], softDelete: false }] });
  const { files } = planInitialMigrations({ tables: [posts], existingFiles: [] });
  expect(files.map(({ fileName }) => fileName)).toEqual([
    "0001_create_posts.up.sql",
    "0001_create_posts.down.sql",
    "0002_create_shaperail_idempotency_keys.up.sql",
    "0002_create_shaperail_idempotency_keys.down.sql",
  ]);
  const existingFiles = files.map(({ fileName }) => fileName);
  expect(planInitialMigrations({ tables: [posts], existingFiles }).files).toEqual([]);
});

test("auth needs a place for sessions and API keys, made once, resources or not", () => {
  const { files } = planInitialMigrations({ tables: [], existingFiles: [], auth: true });
  expect(names(files)).toEqual(["0001_create_shaperail_sessions.up.sql", "0002_create_shaperail_api_keys.up.sql"]);
  const existingFiles = files.map(({ fileName }) => fileName);
  expect(planInitialMigrations({ tables: [], existingFiles, auth: true }).files).toEqual([]);
  expect(planInitialMigrations({ tables: [], existingFiles: [] }).files).toEqual([]);
});

test("jobs and events need an outbox, a log, and a memory of webhooks, made once", () => {
  const { files } = planInitialMigrations({ tables: [], existingFiles: [], events: true });
  expect(names(files)).toEqual([
    "0001_create_shaperail_outbox.up.sql",
    "0002_create_shaperail_event_log.up.sql",
    "0003_create_shaperail_webhook_delivery_log.up.sql",
    "0004_create_shaperail_webhook_endpoints.up.sql",
  ]);
  const existingFiles = files.map(({ fileName }) => fileName);
  expect(planInitialMigrations({ tables: [], existingFiles, events: true }).files).toEqual([]);
});
