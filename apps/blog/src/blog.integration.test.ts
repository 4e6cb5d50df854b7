import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadResources } from "@shaperail/resource";
import { type Blog, BLOG, type Row, startBlog } from "./blog.test-kit.ts";

let blog: Blog;
beforeAll(async () => {
  blog = await startBlog();
});
afterAll(() => blog[Symbol.asyncDispose]());

const { resources } = await loadResources(`${BLOG}resources`, { databases: ["default"] });
const lists = resources.flatMap((resource) =>
  resource.endpoints
    .filter(({ kind }) => kind === "list")
    .map((endpoint) => ({ resource, endpoint, path: `/v${resource.version}${endpoint.path}` })),
);

async function first(path: string): Promise<Row> {
  const { data } = await blog.call("GET", path);
  const [row] = data;
  if (row === undefined) throw new Error(`${path} is empty.`);
  return row;
}

const AUTHOR_FILTER = "filter[role]=writer&filter[active]=true";

async function newPost(
  values: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly post: Row; readonly tag: string }> {
  const { id } = await first(`/v1/authors?${AUTHOR_FILTER}&limit=1`);
  const body = {
    author_id: id,
    slug: `a-test-${crypto.randomUUID()}`,
    title: "A test",
    body: "It is short.",
    ...values,
  };
  const { status, data, headers } = await blog.call("POST", "/v1/posts", { body });
  expect(status).toBe(201);
  return { post: data, tag: headers.get("etag") ?? "" };
}

describe("every list", () => {
  test.each(lists)("$path has its seed data", async ({ path, endpoint }) => {
    const { status, data, meta } = await blog.call("GET", `${path}?limit=5`);
    expect(status).toBe(200);
    expect(data).toHaveLength(5);
    expect(endpoint.pagination === "offset" ? meta.total > 5 : meta.has_more).toBe(true);
  });

  const gets = lists.filter(({ resource }) => resource.endpoints.some(({ kind }) => kind === "get"));
  test.each(gets)("$path has rows that can be read one by one", async ({ path, resource }) => {
    const row = await first(`${path}?limit=1`);
    const { status, data, headers } = await blog.call("GET", `${path}/${String(row[resource.primaryKey])}`);
    expect(status).toBe(200);
    expect(data).toEqual(row);
    const again = { headers: { "if-none-match": headers.get("etag") ?? "" } };
    expect((await blog.call("GET", `${path}/${String(row[resource.primaryKey])}`, again)).status).toBe(304);
  });

  const filters = lists.flatMap((list) => list.endpoint.filters.map((field) => ({ ...list, field })));
  test.each(filters)("$path can be filtered by $field", async ({ path, field }) => {
    const rows = (await blog.call("GET", `${path}?limit=100`)).data;
    const value = rows.map((row) => row[field]).find((candidate) => candidate !== null && candidate !== undefined);
    const { data } = await blog.call(
      "GET",
      `${path}?filter[${field}]=${encodeURIComponent(JSON.stringify(value).replaceAll('"', ""))}`,
    );
    expect(data.length).toBeGreaterThan(0);
    for (const row of data) expect(row[field]).toEqual(value);
  });

  const sorts = lists.flatMap((list) =>
    list.endpoint.sort.flatMap((field) => [`${field}`, `-${field}`].map((order) => ({ ...list, field, order }))),
  );
  test.each(sorts)("$path can be sorted by $order", async ({ path, field, order }) => {
    const { data } = await blog.call("GET", `${path}?sort=${order}&limit=50`);
    const values = data.map((row) => row[field]).filter((value) => value !== null) as (string | number)[];
    const ascending = values.toSorted((one, other) => (one < other ? -1 : Number(one > other)));
    expect(values).toEqual(order.startsWith("-") ? ascending.toReversed() : ascending);
  });

  const includes = lists.flatMap((list) => list.resource.relations.map((relation) => ({ ...list, relation })));
  test.each(includes)("$path can include $relation.name", async ({ path, relation }) => {
    const { status, data } = await blog.call("GET", `${path}?include=${relation.name}&limit=100`);
    expect(status).toBe(200);
    for (const row of data) {
      const related = row[relation.name] as Row | Row[] | null;
      expect(Array.isArray(related)).toBe(relation.kind === "has_many");
      for (const other of related === null ? [] : [related].flat()) {
        expect(other[relation.remoteField]).toBe(row[relation.localField]);
      }
    }
  });

  test.each([
    { path: "/v1/authors", term: "writing about garden" },
    { path: "/v1/comments", term: "bookmarks" },
    { path: "/v1/posts", term: "notes balconies" },
  ])("$path can be searched for $term", async ({ path, term }) => {
    const { data } = await blog.call("GET", `${path}?search=${encodeURIComponent(term)}`);
    expect(data.length).toBeGreaterThan(0);
    expect((await blog.call("GET", `${path}?search=zeppelin`)).data).toEqual([]);
  });

  test("that can be searched is in the test above", () => {
    const searches = lists.filter(({ endpoint }) => endpoint.search.length > 0);
    expect(searches.map(({ path }) => path)).toEqual(["/v1/authors", "/v1/comments", "/v1/posts"]);
  });

  test("by cursor shows every post once", async () => {
    const ids: string[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const after: string = cursor === "" ? "" : `&after=${encodeURIComponent(cursor)}`;
      const { data, meta } = await blog.call("GET", `/v1/posts?sort=-rating,title&limit=100&fields=id${after}`);
      ids.push(...data.map(({ id }) => id));
      ({ cursor } = meta);
    }
    expect(ids.length).toBeGreaterThanOrEqual(1_200);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("by offset has the same order on every page", async () => {
    const [one, two, both] = await Promise.all(
      ["limit=3", "limit=3&offset=3", "limit=6"].map((page) => blog.call("GET", `/v2/posts?sort=title&${page}`)),
    );
    expect([...(one?.data ?? []), ...(two?.data ?? [])]).toEqual(both?.data);
  });
});

describe("a post", () => {
  test("is created with its defaults, read, changed and deleted", async () => {
    const { post, tag } = await newPost({
      tags: ["notes"],
      metadata: { source: "test" },
      editor_note: "nobody sees this",
    });
    expect(post).toMatchObject({ status: "draft", featured: false, reading_minutes: 1, tags: ["notes"], rating: null });
    expect(post).not.toHaveProperty("editor_note");
    const path = `/v1/posts/${post.id}`;
    const change = { body: { status: "published", rating: 4.5 }, headers: { "if-match": tag } };
    const changed = await blog.call("PATCH", path, change);
    expect(changed).toMatchObject({ status: 200, data: { title: "A test", status: "published", rating: 4.5 } });
    expect(await blog.call("PATCH", path, change)).toMatchObject({
      status: 412,
      error: { code: "PRECONDITION_FAILED" },
    });
    expect((await blog.call("DELETE", path)).status).toBe(204);
    for (const method of ["GET", "DELETE"]) expect((await blog.call(method, path)).status).toBe(404);
    expect((await blog.call("GET", `/v2/posts/${post.id}`)).status).toBe(404);
  });

  test("gives its slug free when it is deleted", async () => {
    const { post } = await newPost();
    const again = { body: { author_id: post["author_id"], slug: post["slug"], title: "Again", body: "Again." } };
    expect((await blog.call("POST", "/v1/posts", again)).status).toBe(409);
    await blog.call("DELETE", `/v1/posts/${post.id}`);
    expect((await blog.call("POST", "/v1/posts", again)).status).toBe(201);
  });

  test("is the same row in both versions, with fewer fields in the second", async () => {
    const { post } = await newPost();
    const { data } = await blog.call("GET", `/v2/posts/${post.id}`);
    expect(data).toMatchObject({ id: post.id, slug: post["slug"] });
    expect(data).not.toHaveProperty("body");
  });

  test.each([
    { field: "title", value: "", code: "too_short" },
    { field: "status", value: "secret", code: "invalid_enum" },
    { field: "rating", value: 6, code: "too_large" },
    { field: "author_id", value: "nobody", code: "invalid_uuid" },
    { field: "author_id", value: "00000000-0000-4000-8000-000000000000", code: "invalid_reference" },
    { field: "tags", value: "notes", code: "invalid_type" },
    { field: "leave_empty", value: "a program fills in every field", code: "too_long" },
  ])("with $field $value is refused with $code", async ({ field, value, code }) => {
    const { id } = await first("/v1/authors?limit=1");
    const body = { author_id: id, slug: "refused", title: "Refused", body: "No.", [field]: value };
    const { status, error } = await blog.call("POST", "/v1/posts", { body });
    expect(status).toBe(422);
    expect(error.details).toMatchObject([{ field, code }]);
  });
});

describe("what is not public", () => {
  const restricted = resources.flatMap((resource) =>
    resource.endpoints
      .filter(({ auth }) => auth.kind === "restricted")
      .map(({ method, path }) => ({
        method,
        path: `/v${resource.version}${path.replace(":id", "00000000-0000-4000-8000-000000000000")}`,
      })),
  );
  test.each(restricted)("$method $path is answered 401 without credentials", async ({ method, path }) => {
    const reply = await blog.call(method, path, method === "DELETE" ? {} : { body: {} });
    expect(reply).toMatchObject({ status: 401, error: { code: "UNAUTHORIZED" } });
  });

  test("no answer shows a sensitive field", async () => {
    const { data } = await blog.call("GET", "/v1/posts?include=author,comments&limit=100");
    expect(JSON.stringify(data)).not.toMatch(/editor_note|author_email|"email"/);
  });
});

test.each([{ path: "/health" }, { path: "/health/ready" }])("$path is ok", async ({ path }) => {
  expect(await blog.call("GET", path)).toMatchObject({ status: 200 });
});
