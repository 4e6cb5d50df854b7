import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseResource } from "./index.ts";

const parse = (text: string) => parseResource(text, { file: "articles.yaml" });

/** A resource with these fields and endpoints, which must be right. */
const model = (fields: string, endpoints = "") => {
  const { resource, diagnostics } = parse(`
resource: articles
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
  ${fields}
${endpoints === "" ? "" : `endpoints:\n  ${endpoints}`}
`);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return resource!;
};
const endpoint = (text: string, fields = "") => model(fields, text).endpoints[0];

const full = () => {
  const text = readFileSync(join(import.meta.dirname, "../fixtures/valid/articles.yaml"), "utf8");
  return parse(text).resource!;
};

test("a resource that says only what it must gets every default", () => {
  expect(model("")).toEqual({
    name: "articles",
    version: 1,
    db: "default",
    tenantKey: undefined,
    fields: [
      {
        name: "id",
        type: "uuid",
        primary: true,
        generated: true,
        required: false,
        unique: false,
        nullable: false,
        sensitive: false,
        transient: false,
        search: false,
        default: undefined,
        items: undefined,
        min: undefined,
        max: undefined,
        format: undefined,
        values: undefined,
        ref: undefined,
      },
    ],
    primaryKey: "id",
    endpoints: [],
    relations: [],
    indexes: [],
    file: "articles.yaml",
  });
});

test.each([
  { action: "list", kind: "list", method: "GET", path: "/articles" },
  { action: "get", kind: "get", method: "GET", path: "/articles/:id" },
  { action: "create", kind: "create", method: "POST", path: "/articles" },
  { action: "update", kind: "update", method: "PATCH", path: "/articles/:id" },
  { action: "delete", kind: "delete", method: "DELETE", path: "/articles/:id" },
])("$action is $method $path by convention", ({ action, ...expected }) => {
  expect(endpoint(`${action}: { auth: public }`)).toMatchObject({ action, ...expected });
});

test.each([
  { text: "update: { auth: public, method: PUT }", method: "PUT", path: "/articles/:id" },
  { text: "list: { auth: public, path: /blog }", method: "GET", path: "/blog" },
  {
    text: "bulk_delete: { auth: public, method: POST, path: /articles/remove }",
    method: "POST",
    path: "/articles/remove",
  },
  {
    text: "publish: { auth: public, method: POST, path: '/articles/:id/publish', handler: publish }",
    method: "POST",
    path: "/articles/:id/publish",
    kind: "custom",
    action: "publish",
    handler: "publish",
  },
])("what the file says wins over the convention: $text", ({ text, ...expected }) => {
  expect(endpoint(text)).toMatchObject(expected);
});

test.each([
  { auth: "public", rule: { kind: "public" } },
  { auth: "owner", rule: { kind: "restricted", roles: [], owner: true } },
  { auth: "[admin, editor]", rule: { kind: "restricted", roles: ["admin", "editor"], owner: false } },
  { auth: "[admin, owner]", rule: { kind: "restricted", roles: ["admin"], owner: true } },
])("auth: $auth", ({ auth, rule }) => {
  expect(endpoint(`update: { auth: ${auth} }`, "created_by: { type: uuid }")?.auth).toEqual(rule);
});

test("without `input`, a client writes what neither the database nor the request's context fills in", () => {
  const { endpoints } = parse(`
resource: articles
version: 1
tenant_key: org_id
schema:
  id: { type: uuid, primary: true, generated: true }
  org_id: { type: uuid }
  title: { type: string }
  captcha: { type: string, transient: true }
  created_by: { type: uuid }
  created_at: { type: timestamp, generated: true }
  deleted_at: { type: timestamp }
endpoints:
  create: { auth: public }
  update: { auth: public }
  delete: { auth: public }
  list: { auth: public }
`).resource!;
  expect(endpoints.map(({ action, input }) => ({ action, input }))).toEqual([
    { action: "create", input: ["title", "captcha"] },
    { action: "update", input: ["title", "captcha"] },
    { action: "delete", input: [] },
    { action: "list", input: [] },
  ]);
});

test("`input` is kept in the order of the schema, with the tenant key and created_by where it names them", () => {
  const fields = "title: { type: string }\n  created_by: { type: uuid }";
  expect(endpoint("create: { auth: public, input: [created_by, title] }", fields)?.input).toEqual([
    "title",
    "created_by",
  ]);
  expect(endpoint("create: { auth: public, input: [] }", fields)?.input).toEqual([]);
});

test("a primary field that is not generated is written by create, never by update", () => {
  const { endpoints } = parse(`
resource: countries
version: 1
schema:
  code: { type: string, primary: true, required: true }
  name: { type: string }
endpoints:
  create: { auth: public }
  update: { auth: public }
`).resource!;
  expect(endpoints.map(({ input }) => input)).toEqual([["code", "name"], ["name"]]);
});

test("fields marked `search` are searched by a list that declares no search of its own", () => {
  const fields = "title: { type: string, search: true }\n  body: { type: string }";
  expect(endpoint("list: { auth: public }", fields)?.search).toEqual(["title"]);
  expect(endpoint("list: { auth: public, search: [body] }", fields)?.search).toEqual(["body"]);
  expect(endpoint("list: { auth: public, search: [] }", fields)?.search).toEqual([]);
  expect(endpoint("get: { auth: public }", fields)?.search).toEqual([]);
});

test.each([
  { size: "5mb", bytes: 5_242_880 },
  { size: "100 KB", bytes: 102_400 },
  { size: "1gb", bytes: 1_073_741_824 },
  { size: "1024", bytes: 1024 },
  { size: "'1024'", bytes: 1024 },
])("max_size $size is $bytes bytes", ({ size, bytes }) => {
  const text = `create: { auth: public, upload: { field: cover, storage: local, max_size: ${size} } }`;
  expect(endpoint(text, "cover: { type: file }")?.upload).toEqual({
    field: "cover",
    storage: "local",
    maxBytes: bytes,
    types: [],
  });
});

test("items are a type's name or a map", () => {
  const { fields } = model(`tags: { type: array, items: string }
  scores: { type: array, items: { type: integer, min: 0 } }
  editors: { type: array, items: { type: uuid, ref: users.id } }`);
  const none = { min: undefined, max: undefined, format: undefined, values: undefined, ref: undefined };
  expect(fields.slice(1).map(({ items }) => items)).toEqual([
    { ...none, type: "string" },
    { ...none, type: "integer", min: 0 },
    { ...none, type: "uuid", ref: { resource: "users", field: "id" } },
  ]);
});

test("an integer default beyond 2^53 keeps every digit", () => {
  expect(full().fields.find(({ name }) => name === "views")?.default).toBe(9_007_199_254_740_993n);
});

test("the whole format arrives in the model", () => {
  const { fields, endpoints, relations, indexes, ...rest } = full();
  expect(rest).toEqual({
    name: "articles",
    version: 2,
    db: "analytics",
    tenantKey: "org_id",
    primaryKey: "id",
    file: "articles.yaml",
  });
  expect(fields).toHaveLength(29);
  expect(fields.find(({ name }) => name === "status")).toMatchObject({
    type: "enum",
    values: ["draft", "published"],
    default: "draft",
    required: true,
  });
  expect(endpoints.map(({ action }) => action)).toEqual([
    "list",
    "get",
    "create",
    "update",
    "delete",
    "bulk_create",
    "bulk_delete",
    "publish",
    "stats",
  ]);
  expect(endpoints[0]).toMatchObject({
    filters: ["status", "author_id"],
    search: ["title", "status"],
    sort: ["created_at", "views"],
    pagination: "offset",
    cache: { ttlSeconds: 60, staleSeconds: 30, invalidateOn: ["create", "update", "delete"] },
    rateLimit: { maxRequests: 100, windowSeconds: 60 },
  });
  expect(endpoints[1]?.cache).toEqual({ ttlSeconds: 300, staleSeconds: 0, invalidateOn: undefined });
  expect(endpoints[2]).toMatchObject({
    before: ["check_captcha", "wasm:plugins/check.wasm"],
    after: ["notify_editors"],
    events: ["article.submitted"],
    jobs: ["index_article"],
    subscribers: [{ event: "articles.created", handler: "announce" }],
    upload: { field: "cover", storage: "s3", maxBytes: 5_242_880, types: ["png", "image/webp", "image/*"] },
    softDelete: false,
  });
  expect(endpoints[4]?.softDelete).toBe(true);
  expect(relations).toEqual([
    { name: "author", kind: "belongs_to", resource: "users", localField: "author_id", remoteField: "id" },
    { name: "comments", kind: "has_many", resource: "comments", localField: "id", remoteField: "article_id" },
    { name: "summary", kind: "has_one", resource: "summaries", localField: "id", remoteField: "article_id" },
  ]);
  expect(indexes).toEqual([
    { fields: ["org_id", "status"], unique: false, order: "asc" },
    { fields: ["author_id", "created_at"], unique: false, order: "desc" },
  ]);
});

test("the model cannot be changed", () => {
  const resource = full();
  expect(Object.isFrozen(resource)).toBe(true);
  expect(Object.isFrozen(resource.endpoints[0]?.filters)).toBe(true);
  expect(Object.isFrozen(resource.fields.find(({ name }) => name === "settings")?.default)).toBe(true);
});

test("all mistakes of a file are reported at once, from top to bottom", () => {
  const { resource, diagnostics } = parse(`
resource: Articles
version: 0
schema:
  title: { type: strin }
endpoints:
  list: { filters: [body] }
`);
  expect(resource).toBeUndefined();
  expect(diagnostics.map(({ code }) => code)).toEqual(["SR006", "SR002", "SR004", "SR000", "SR037", "SR040"]);
});

test("a field that cannot be read is not also said to be missing", () => {
  const { diagnostics } = parse(`
resource: articles
version: 1
schema:
  id: uuid
  title: text
endpoints:
  list: { auth: public, sort: [title] }
`);
  expect(diagnostics.map(({ code }) => code)).toEqual(["SR000", "SR000"]);
});

test("`yes`, `no` and `on` are words, as in YAML 1.2", () => {
  expect(model("answer: { type: enum, values: [yes, no, on] }").fields[1]?.values).toEqual(["yes", "no", "on"]);
  const { diagnostics } = parse(`
resource: articles
version: 1
schema:
  id: { type: uuid, primary: yes, generated: true }
`);
  expect(diagnostics[0]).toMatchObject({
    code: "SR000",
    message: "Expected true or false, found the text `yes`.",
    span: { start: { line: 5, column: 30 } },
  });
});

test("a schema has at most as many fields as a table of PostgreSQL has columns", () => {
  const fields = (count: number) =>
    Array.from({ length: count }, (_, number) => `f${number}: { type: date }`).join("\n  ");
  expect(model(fields(1_599)).fields).toHaveLength(1_600);
  const { diagnostics } = parse(`resource: articles\nversion: 1\nschema:\n  ${fields(1_601)}\n`);
  expect(diagnostics).toMatchObject([{ code: "SR009", span: { start: { line: 4, column: 3 } } }]);
});

test("a mistyped action is recognised", () => {
  const { diagnostics } = parse(`
resource: articles
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
endpoints:
  updte: { auth: public }
`);
  expect(diagnostics[0]).toMatchObject({ code: "SR047", message: expect.stringContaining("Did you mean `update`?") });
});
