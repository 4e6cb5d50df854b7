import { afterAll, beforeAll, expect, test } from "vitest";
import { type RestApp, startRest } from "./rest.test-kit.ts";

const POSTS = `
resource: posts
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
  title: { type: string, required: true, min: 1, max: 20 }
  body: { type: string, nullable: true }
  views: { type: integer, default: 0, min: 0 }
  rating: { type: number }
  published: { type: boolean, default: false }
  status: { type: enum, values: [draft, live], default: draft }
  tags: { type: array, items: string, default: [] }
  details: { type: json }
  secret: { type: string, sensitive: true }
  confirm: { type: string, transient: true }
  published_on: { type: date }
  seen_at: { type: timestamp }
  created_at: { type: timestamp, generated: true }
  updated_at: { type: timestamp, generated: true }
  deleted_at: { type: timestamp }
endpoints:
  list: { auth: public }
  get: { auth: public }
  create: { auth: public, input: [title, body, views, rating, published, status, tags, details, secret, confirm, published_on, seen_at] }
  update: { auth: public, input: [title, body, views, tags, confirm] }
  delete: { auth: public, soft_delete: true }
`;
const NOTES = `
resource: notes
version: 1
schema:
  id: { type: integer, primary: true, required: true }
  post_id: { type: uuid, ref: posts.id }
  slug: { type: string, unique: true }
endpoints:
  list: { auth: [admin] }
  get: { auth: public }
  create: { auth: public, input: [id, post_id, slug] }
  update: { method: PUT, auth: public, input: [post_id, slug] }
  delete: { auth: public }
`;

let app: RestApp;
beforeAll(async () => {
  app = await startRest(POSTS, NOTES);
});
afterAll(() => app[Symbol.asyncDispose]());

/** A post made through the API. */
const create = async (body: object): Promise<Record<string, unknown>> => {
  const { status, json, text } = await app.call("POST", "/v1/posts", { body });
  if (status !== 201) throw new Error(text);
  return json!.data;
};
const codes = async (method: string, path: string, body: unknown): Promise<unknown> => {
  const { status, json } = await app.call(method, path, { body });
  return [status, json?.error.code, json?.error.details?.map(({ field, code }) => `${field} ${code}`)];
};

test("a created row is answered as it is stored, in the order of the schema, without what is sensitive or transient", async () => {
  const post = await create({
    title: "First",
    secret: "s3cret",
    confirm: "yes",
    tags: ['a"b', "c"],
    details: { deep: [1, null] },
  });
  expect(Object.keys(post)).toEqual([
    "id",
    "title",
    "body",
    "views",
    "rating",
    "published",
    "status",
    "tags",
    "details",
    "published_on",
    "seen_at",
    "created_at",
    "updated_at",
    "deleted_at",
  ]);
  expect(post).toMatchObject({
    title: "First",
    body: null,
    views: 0,
    rating: null,
    published: false,
    status: "draft",
    tags: ['a"b', "c"],
    details: { deep: [1, null] },
    deleted_at: null,
  });
  expect(post["created_at"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/);
  expect(await app.sql(`SELECT secret FROM posts WHERE id = '${String(post["id"])}'`)).toEqual([["s3cret"]]);
});

test("every type makes a round trip without losing a digit", async () => {
  const body = `{"title":"exact","views":9007199254740993,"rating":1.25,"published_on":"2024-02-29","seen_at":"2026-03-17T12:00:00.123456+02:00","details":{"n":12345678901234567890}}`;
  const created = await app.call("POST", "/v1/posts", { body });
  expect(created.status).toBe(201);
  const read = await app.call("GET", `/v1/posts/${String(created.json!.data["id"])}`);
  for (const { text } of [created, read]) {
    expect(text).toContain('"views":9007199254740993,');
    expect(text).toContain('"rating":1.25,');
    expect(text).toContain('"seen_at":"2026-03-17T10:00:00.123456Z"');
    expect(text).toContain('"published_on":"2024-02-29"');
    expect(text).toContain("12345678901234567890");
  }
});

test("each request is one statement, and every value is bound", async () => {
  const { id } = await create({ title: "one" });
  app.statements.length = 0;
  await app.call("GET", `/v1/posts/${String(id)}`);
  await app.call("GET", "/v1/posts?limit=2");
  await app.call("PATCH", `/v1/posts/${String(id)}`, { body: { title: "o'ne" } });
  await app.call("DELETE", `/v1/posts/${String(id)}`);
  expect(app.statements).toHaveLength(4);
  expect(app.statements.join()).not.toContain("o'ne");
});

test("two pages by cursor hold every row once, in the order of the key", async () => {
  for (let index = 0; index < 5; index += 1) await create({ title: `page ${index}` });
  const all = (await app.call("GET", "/v1/posts?limit=100")).json!;
  const seen: unknown[] = [];
  const cursors: unknown[] = [];
  let after = "";
  for (let pages = 0; pages < 20; pages += 1) {
    const { json } = await app.call("GET", `/v1/posts?limit=2${after}`);
    seen.push(...json!.data.map(({ id }) => id));
    cursors.push(json!.meta["cursor"]);
    if (json!.meta["has_more"] === false) break;
    after = `&after=${String(json!.meta["cursor"])}`;
  }
  expect(cursors.indexOf(null)).toBe(cursors.length - 1);
  expect(seen).toEqual(all.data.map(({ id }) => id));
});

test.each([
  { limit: "0", rows: 1 },
  { limit: "-5", rows: 1 },
  { limit: "2", rows: 2 },
])("limit=$limit shows $rows row(s)", async ({ limit, rows }) => {
  expect((await app.call("GET", `/v1/posts?limit=${limit}`)).json!.data).toHaveLength(rows);
});

test("an update changes what is given, refreshes updated_at and keeps the rest", async () => {
  const before = await create({ title: "old", body: "kept", views: 3 });
  const { status, json } = await app.call("PATCH", `/v1/posts/${String(before["id"])}`, { body: { title: "new" } });
  expect(status).toBe(200);
  expect(json!.data).toMatchObject({ title: "new", body: "kept", views: 3, created_at: before["created_at"] });
  expect(json!.data["updated_at"]).not.toBe(before["updated_at"]);
  const cleared = await app.call("PATCH", `/v1/posts/${String(before["id"])}`, { body: { body: null } });
  expect(cleared.json!.data["body"]).toBeNull();
});

test("PUT replaces every writable field: what is left out becomes its default", async () => {
  await app.call("POST", "/v1/notes", { body: { id: 1, slug: "one" } });
  const { status, json } = await app.call("PUT", "/v1/notes/1", { body: {} });
  expect([status, json!.data]).toEqual([200, { id: 1, post_id: null, slug: null }]);
});

test("a soft-deleted row is gone for reads, writes and a second delete, and stays in the table", async () => {
  const { id } = await create({ title: "gone" });
  const path = `/v1/posts/${String(id)}`;
  const gone = await app.call("DELETE", path);
  expect([gone.status, gone.text]).toEqual([204, ""]);
  for (const [method, body] of [["GET"], ["PATCH", { title: "x" }], ["DELETE"]] as const) {
    expect((await app.call(method, path, { body })).status).toBe(404);
  }
  const { data } = (await app.call("GET", "/v1/posts?limit=100")).json!;
  expect(data.map((row) => row["id"])).not.toContain(id);
  expect(await app.sql(`SELECT deleted_at IS NOT NULL FROM posts WHERE id = '${String(id)}'`)).toEqual([["t"]]);
});

test("what a client may not write is left out, whatever it is called", async () => {
  const post = await create({
    title: "x",
    id: "6f1ed002-ab5b-4d3c-8a58-2f1d1a0b4c11",
    created_at: "2000-01-01T00:00:00Z",
    role: "admin",
  });
  expect(post["id"]).not.toBe("6f1ed002-ab5b-4d3c-8a58-2f1d1a0b4c11");
  expect(post["created_at"]).not.toContain("2000-01-01");
  const { status } = await app.call("POST", "/v1/posts", {
    body: '{"title":"y","__proto__":{"views":5},"constructor":1}',
  });
  expect(status).toBe(201);
});

test.each([
  ["POST", "/v1/posts", {}, ["title required"]],
  ["POST", "/v1/posts", { title: null }, ["title required"]],
  [
    "POST",
    "/v1/posts",
    { title: "", views: -1, status: "x", tags: ["a", 1] },
    ["title too_short", "views too_small", "status invalid_enum", "tags[1] invalid_type"],
  ],
  ["POST", "/v1/posts", [], ["body invalid_body"]],
  ["POST", "/v1/posts", "5", ["body invalid_body"]],
  ["POST", "/v1/posts", { title: "x", confirm: 5 }, ["confirm invalid_type"]],
  ["PATCH", "/v1/posts/6f1ed002-ab5b-4d3c-8a58-2f1d1a0b4c11", {}, ["body empty_update"]],
  ["PATCH", "/v1/posts/6f1ed002-ab5b-4d3c-8a58-2f1d1a0b4c11", { rating: 1 }, ["body empty_update"]],
  ["PATCH", "/v1/posts/nonsense", { title: "x" }, ["id invalid_uuid"]],
  ["GET", "/v1/posts/nonsense", undefined, ["id invalid_uuid"]],
  ["GET", "/v1/notes/1.5", undefined, ["id invalid_integer"]],
  ["GET", "/v1/posts?after=nonsense", undefined, ["cursor invalid_cursor"]],
  ["GET", "/v1/posts?limit=many", undefined, ["limit invalid_integer"]],
  ["POST", "/v1/notes", { id: 2, post_id: "6f1ed002-ab5b-4d3c-8a58-2f1d1a0b4c11" }, ["post_id invalid_reference"]],
] as const)("%s %s with %j is refused with 422 that names every field", async (...[method, path, body, issues]) => {
  expect(await codes(method, path, body)).toEqual([422, "VALIDATION_ERROR", issues]);
});

test("a value that must be unique is refused with 409, naming the field and not the value", async () => {
  await app.call("POST", "/v1/notes", { body: { id: 10, slug: "taken-value" } });
  const { status, json, text } = await app.call("POST", "/v1/notes", { body: { id: 11, slug: "taken-value" } });
  expect([status, json!.error.code, json!.error.message]).toEqual([409, "CONFLICT", "Conflict: slug already exists"]);
  expect(text).not.toContain("taken-value");
});

test("a row that others refer to is not deleted: 409", async () => {
  const { id } = await create({ title: "referred to" });
  await app.call("POST", "/v1/notes", { body: { id: 20, post_id: id } });
  await expect(app.sql(`DELETE FROM posts WHERE id = '${String(id)}'`)).rejects.toMatchObject({
    code: "DB_FOREIGN_KEY_VIOLATION",
  });
});

test("an endpoint that is not public answers 401 without asking the database", async () => {
  app.statements.length = 0;
  expect((await app.call("GET", "/v1/notes")).status).toBe(401);
  expect(app.statements).toEqual([]);
});

test.each([
  { coding: null, body: "short" },
  // The client asks for gzip; the tag is then one of the compressed bytes.
  { coding: "gzip", body: "long ".repeat(1_000) },
])(
  "a read in $coding carries the tag of its version: 304 to who has it, 412 to who is behind",
  async ({ coding, body }) => {
    const { id } = await create({ title: "versioned", body });
    const path = `/v1/posts/${String(id)}`;
    const first = await app.call("GET", path, { headers: { "accept-encoding": "gzip" } });
    expect(first.headers.get("content-encoding")).toBe(coding);
    const tag = first.headers.get("etag")!;
    const projected = (await app.call("GET", `${path}?fields=body`)).headers.get("etag")!;
    expect((await app.call("GET", `${path}?fields=body`, { headers: { "if-none-match": projected } })).status).toBe(
      304,
    );
    expect((await app.call("GET", path, { headers: { "if-none-match": `"other", W/${tag}` } })).status).toBe(304);
    const changed = await app.call("PATCH", path, { body: { views: 1 }, headers: { "if-match": tag } });
    expect(changed.status).toBe(200);
    expect(changed.headers.get("etag")).not.toBe(tag);
    const behind = await app.call("PATCH", path, { body: { views: 2 }, headers: { "if-match": tag } });
    expect([behind.status, behind.json!.error.code]).toEqual([412, "PRECONDITION_FAILED"]);
    expect((await app.call("DELETE", path, { headers: { "if-match": tag } })).status).toBe(412);
    expect((await app.call("GET", path, { headers: { "if-none-match": tag } })).status).toBe(200);
    expect((await app.call("DELETE", path, { headers: { "if-match": changed.headers.get("etag")! } })).status).toBe(
      204,
    );
    expect((await app.call("DELETE", path, { headers: { "if-match": tag } })).status).toBe(404);
    expect((await app.call("PATCH", path, { body: { views: 2 }, headers: { "if-match": "nonsense" } })).status).toBe(
      412,
    );
  },
);

test("of fifty updates that expect the same version exactly one is made", async () => {
  const { id } = await create({ title: "contended" });
  const path = `/v1/posts/${String(id)}`;
  const tag = (await app.call("GET", path)).headers.get("etag")!;
  const replies = await Promise.all(
    Array.from({ length: 50 }, (_, views) =>
      app.call("PATCH", path, { body: { views }, headers: { "if-match": tag } }),
    ),
  );
  expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(replies.filter(({ status }) => status === 412)).toHaveLength(49);
});
