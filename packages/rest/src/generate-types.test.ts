import { parseResources, type Resource } from "@shaperail/resource";
import { expect, test } from "vitest";
import { generateStubs, generateTypes } from "./generate.ts";

const ID = "  id: { type: uuid, primary: true, generated: true }\n";

/** A resource with these fields and endpoints. */
function yaml(name: string, { version = 1, fields = "", endpoints = "", top = "" } = {}): string {
  const paths = endpoints === "" ? "" : `endpoints:\n${endpoints}`;
  return `resource: ${name}\nversion: ${version}\n${top}schema:\n${ID}${fields}${paths}`;
}

function parse(...texts: readonly string[]): readonly Resource[] {
  const { resources, diagnostics } = parseResources(texts.map((text, index) => ({ file: `r${index}.yaml`, text })));
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return resources;
}

/** The members of a generated interface, by name. */
function membersOf(text: string, name: string): Record<string, string> {
  const body = new RegExp(`export interface ${name} \\{\\n([^}]*)\\}`).exec(text)?.[1] ?? "";
  return Object.fromEntries([...body.matchAll(/^ {2}(\w+\??):\s*([^;]*);$/gm)].map(([, key, type]) => [key, type]));
}

test.each([
  { field: "{ type: uuid, required: true }", row: "string", column: "string" },
  { field: "{ type: string, nullable: true }", row: "string | null", column: "string | null" },
  { field: "{ type: string, default: new }", row: "string", column: "Generated<string>" },
  {
    field: "{ type: integer, required: true }",
    row: "number | bigint",
    column: "ColumnType<string, number | bigint | string, number | bigint | string>",
  },
  {
    field: "{ type: integer, required: true, min: 0, max: 100 }",
    row: "number",
    column: "ColumnType<string, number | bigint | string, number | bigint | string>",
  },
  {
    field: "{ type: number }",
    row: "number | bigint | ExactNumber | null",
    column: "ColumnType<string | null, number | bigint | string | null, number | bigint | string | null>",
  },
  {
    field: "{ type: number, required: true, min: 0, max: 5 }",
    row: "number | ExactNumber",
    column: "ColumnType<string, number | bigint | string, number | bigint | string>",
  },
  { field: "{ type: boolean, default: false }", row: "boolean", column: "Generated<boolean>" },
  {
    field: "{ type: timestamp, generated: true }",
    row: "string",
    column: "ColumnType<Date, Date | string | undefined, Date | string>",
  },
  { field: "{ type: date, required: true }", row: "string", column: "ColumnType<Date, Date | string, Date | string>" },
  { field: "{ type: enum, values: [a, b], required: true }", row: `"a" | "b"`, column: `"a" | "b"` },
  { field: "{ type: json }", row: "unknown", column: "ColumnType<unknown, string | null, string | null>" },
  { field: "{ type: file }", row: "string | null", column: "string | null" },
  { field: "{ type: array, items: string, required: true }", row: "string[]", column: "string[]" },
  {
    field: "{ type: array, items: { type: enum, values: [a, b] }, default: [] }",
    row: `("a" | "b")[]`,
    column: `Generated<("a" | "b")[]>`,
  },
  {
    field: "{ type: array, items: integer, required: true }",
    row: "(number | bigint)[]",
    column: "ColumnType<string[], (number | bigint | string)[], (number | bigint | string)[]>",
  },
])("a field $field is $row in a row and $column in the table", ({ field, row, column }) => {
  const text = generateTypes(parse(yaml("posts", { fields: `  x: ${field}\n` })));
  expect(membersOf(text, "PostsRow")).toEqual({ id: "string", x: row });
  expect(membersOf(text, "PostsTable")).toEqual({ id: "Generated<string>", x: column });
});

test("the table has sensitive fields, answers do not; a transient field is input only", () => {
  const fields =
    "  email: { type: string, required: true, sensitive: true }\n  code: { type: string, transient: true }\n";
  const text = generateTypes(parse(yaml("users", { fields, endpoints: "  create: { auth: [admin] }\n" })));
  expect(Object.keys(membersOf(text, "UsersTable"))).toEqual(["id", "email"]);
  expect(Object.keys(membersOf(text, "UsersRow"))).toEqual(["id"]);
  expect(Object.keys(membersOf(text, "UsersCreateInput"))).toEqual(["email?", "code?"]);
});

test("controllers may write every stored field; null is possible where a client may send it or the column may have it", () => {
  const fields =
    "  title: { type: string, required: true }\n  state: { type: string, required: true, default: new }\n  note: { type: string }\n";
  const endpoints = "  create: { auth: [admin], input: [title] }\n";
  const text = generateTypes(parse(yaml("posts", { fields, endpoints })));
  expect(membersOf(text, "PostsCreateInput")).toEqual({
    "title?": "string | null",
    "state?": "string",
    "note?": "string | null",
  });
});

test("a handler sees required fields as present, unless the method is PATCH", () => {
  const fields = "  title: { type: string, required: true }\n";
  const endpoint = (action: string, method: string): string =>
    `  ${action}: { method: ${method}, path: "/posts/${action}", auth: [admin], input: [title], handler: act }\n`;
  const endpoints = endpoint("publish", "POST") + endpoint("adjust", "PATCH");
  const text = generateTypes(parse(yaml("posts", { fields, endpoints })));
  expect(membersOf(text, "PostsPublishInput")).toEqual({ title: "string" });
  expect(membersOf(text, "PostsAdjustInput")).toEqual({ "title?": "string" });
});

test("before-controllers of a custom endpoint have a context of their own, where nothing is required yet", () => {
  const fields = "  title: { type: string, required: true }\n";
  const endpoints = `  publish: { method: POST, path: "/posts/publish", auth: [admin], input: [title], handler: act, controller: { before: check } }\n`;
  const text = generateTypes(parse(yaml("posts", { fields, endpoints })));
  expect(text).toContain(
    "export type PostsPublishContext = HandlerContext<PostsPublishInput, Kysely<Database>, ResourceName>;",
  );
  expect(text).toContain(
    "export type PostsPublishBeforeContext = HandlerContext<PostsPublishBeforeInput, Kysely<Database>, ResourceName>;",
  );
  expect(membersOf(text, "PostsPublishBeforeInput")).toEqual({ "title?": "string | null" });
});

test("versions share a table, whose rows may hold what any of them may write", () => {
  const first = yaml("posts", {
    fields:
      "  body: { type: string, required: true }\n  state: { type: enum, values: [a], required: true }\n  n: { type: integer, required: true, min: 0, max: 9 }\n",
  });
  const second = yaml("posts", {
    version: 2,
    fields: "  state: { type: enum, values: [a, b], required: true }\n  n: { type: integer, required: true, min: 0 }\n",
  });
  const text = generateTypes(parse(first, second));
  expect(membersOf(text, "Database")).toEqual({ posts: "PostsTable" });
  expect(membersOf(text, "PostsRow")).toEqual({
    id: "string",
    body: "string | null",
    state: `"a" | "b"`,
    n: "number | bigint",
  });
  expect(membersOf(text, "PostsV2Row")).toEqual({ id: "string", state: `"a" | "b"`, n: "number | bigint" });
});

test("tables of another connection are in a database type of their own", () => {
  const text = generateTypes(
    parse(yaml("posts", { endpoints: "  delete: { auth: [admin] }\n" }), yaml("hits", { top: "db: analytics\n" })),
  );
  expect(membersOf(text, "Database")).toEqual({ posts: "PostsTable" });
  expect(membersOf(text, "AnalyticsDatabase")).toEqual({ hits: "HitsTable" });
});

test("resources whose names become the same word get different types", () => {
  const second = yaml("posts", { version: 2 });
  const text = generateTypes(parse(yaml("posts"), second, yaml("posts_v2")));
  const declared = [...text.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name]) => name);
  expect(declared).toEqual([...new Set(declared)]);
  expect(declared).toContain("PostsV2Row_2");
});

test("the order of the files does not change the text", () => {
  const resources = parse(yaml("posts"), yaml("authors"), yaml("posts", { version: 2 }));
  expect(generateTypes(resources.toReversed())).toBe(generateTypes(resources));
});

test("a project without resources has an empty module", () => {
  expect(generateTypes([])).toMatch(/\n\nexport \{\};\n$/);
});

test("a long enum has a line per member", () => {
  const values = Array.from({ length: 12 }, (_value, index) => `some_value_${index}`);
  const fields = `  state: { type: enum, required: true, values: [${values.join(", ")}] }\n`;
  const text = generateTypes(parse(yaml("posts", { fields })));
  expect(text).toContain(`  state:\n    | "some_value_0"\n    | "some_value_1"\n`);
});

test("stubs have each named function once, typed for all that call it", () => {
  const endpoints =
    "  create: { auth: [admin], controller: { before: [tidy, 'wasm:a.wasm'] } }\n" +
    "  update: { auth: [admin], controller: { before: tidy, after: tell } }\n" +
    "  delete: { auth: [admin] }\n" +
    '  publish: { method: POST, path: "/posts/publish", auth: [admin], handler: delete }\n';
  const [controllers, handlers, ...others] = generateStubs(
    parse(yaml("posts", { fields: "  a: { type: string }\n", endpoints })),
  );
  expect(others).toEqual([]);
  expect(controllers?.fileName).toBe("posts.controller.ts");
  expect(controllers?.contents).toContain(
    "/** Runs before `create` (v1). Runs before `update` (v1). */\nexport async function tidy(context: PostsCreateContext | PostsUpdateContext): Promise<void> {",
  );
  expect(controllers?.contents).toContain("export async function tell(context: PostsUpdateContext): Promise<void> {");
  expect(controllers?.contents).not.toContain("wasm");
  expect(handlers?.fileName).toBe("posts.handlers.ts");
  // `delete` cannot be declared, but it can be exported.
  expect(handlers?.contents).toContain("export { function_delete as delete };");
});

test("a resource that names no function has no stubs", () => {
  expect(generateStubs(parse(yaml("posts", { endpoints: "  create: { auth: [admin] }\n" })))).toEqual([]);
});
