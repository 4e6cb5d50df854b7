import { afterAll, beforeAll, expect, test } from "vitest";
import { type RestApp, startRest } from "./rest.test-kit.ts";

const AUTHORS = `
resource: authors
version: 1
schema:
  id: { type: integer, primary: true, required: true }
  name: { type: string, required: true }
  email: { type: string, sensitive: true }
  limit: { type: integer }
endpoints:
  list: { auth: public, filters: [limit] }
  get: { auth: public, }
  delete: { auth: public }
relations:
  posts: { resource: posts, type: has_many, foreign_key: author_id }
`;
const POSTS = `
resource: posts
version: 1
schema:
  id: { type: integer, primary: true, required: true }
  title: { type: string, required: true }
  body: { type: string, nullable: true }
  author_id: { type: integer, nullable: true }
  score: { type: number, nullable: true }
  live: { type: boolean, default: false }
  status: { type: enum, values: [draft, live], default: draft }
  tags: { type: array, items: string, default: [] }
  at: { type: timestamp, nullable: true }
  on: { type: date, nullable: true }
  deleted_at: { type: timestamp }
endpoints:
  list:
    auth: public
    filters: [author_id, score, live, status, title, at, on]
    sort: [score, title, at, id]
    search: [title, body]
  get: { auth: public }
  delete: { auth: public, soft_delete: true }
relations:
  author: { resource: authors, type: belongs_to, key: author_id }
  secrets: { resource: secrets, type: has_many, foreign_key: post_id }
  hidden: { resource: hidden, type: has_one, foreign_key: post_id }
`;
const PAGES = `
resource: posts
version: 2
schema:
  id: { type: integer, primary: true, required: true }
  title: { type: string, required: true }
endpoints:
  list: { auth: public, pagination: offset, sort: [title], filters: [title] }
`;
const SECRETS = `
resource: secrets
version: 1
schema: { id: { type: integer, primary: true, required: true }, post_id: { type: integer } }
endpoints:
  list: { auth: [admin] }
`;
const HIDDEN = `
resource: hidden
version: 1
schema: { id: { type: integer, primary: true, required: true }, post_id: { type: integer } }
`;

let app: RestApp;
beforeAll(async () => {
  app = await startRest(AUTHORS, POSTS, PAGES, SECRETS, HIDDEN);
  await app.sql(`INSERT INTO authors (id, name, email) VALUES (1, 'Ada', 'ada@example.org'), (2, 'Bo "B"', NULL)`);
  await app.sql(`
    INSERT INTO posts (id, title, body, author_id, score, live, status, tags, at, "on", deleted_at)
    SELECT n, 'title ' || n % 7, CASE WHEN n % 3 = 0 THEN NULL ELSE 'the running fox number ' || n END,
           CASE WHEN n % 5 = 0 THEN NULL ELSE 1 + n % 2 END, CASE WHEN n % 4 = 0 THEN NULL ELSE n % 6 + 0.5 END,
           n % 2 = 0, CASE WHEN n % 2 = 0 THEN 'live' ELSE 'draft' END, ARRAY['t' || n % 3, 'all'],
           CASE WHEN n % 9 = 0 THEN NULL ELSE timestamptz '2026-01-01T00:00:00Z' + n % 10 * interval '1.000001 hours' END,
           date '2026-01-01' + n % 4, CASE WHEN n > 190 THEN now() END
    FROM generate_series(1, 200) n`);
});
afterAll(() => app[Symbol.asyncDispose]());

const list = async (query: string): Promise<Record<string, unknown>[]> => {
  const { status, json, text } = await app.call("GET", `/v1/posts?limit=100&${query}`);
  if (status !== 200) throw new Error(text);
  return json!.data;
};

test.each([
  ["filter[live]=true", "live"],
  ["filter[status]=draft", "status = 'draft'"],
  ["filter[score]=1.5", "score = 1.5"],
  ["filter[title]=title+3", "title = 'title 3'"],
  ["filter[author_id]=1&filter[live]=false", "author_id = 1 AND NOT live"],
  ["filter[on]=2026-01-02", `"on" = '2026-01-02'`],
  ["filter[at]=2026-01-01T02:00:00.000002Z", "at = '2026-01-01T02:00:00.000002Z'"],
  ["search=foxes%20RUN", "body IS NOT NULL"],
  ["search=number%2044", "body LIKE '% 44'"],
  ["search=+", "TRUE"],
  ["filter[title]=nothing", "FALSE"],
])("%s finds the rows where %s", async (query, condition) => {
  const expected = await app.sql(
    `SELECT id FROM posts WHERE deleted_at IS NULL AND ${condition} ORDER BY id LIMIT 100`,
  );
  expect((await list(query)).map(({ id }) => String(id))).toEqual(expected.map(([id]) => id));
});

test.each([
  ["sort=score", "score, id"],
  ["sort=-score,title", "score DESC, title, id"],
  ["sort=at,-id", "at, id DESC"],
  ["sort=-title,-score", "title DESC, score DESC, id"],
  ["sort=score,-id,at", "score, id DESC"],
  ["sort=", "id"],
])("%s orders by %s, page by page, forwards and backwards, in one statement each", async (query, order) => {
  const expected = (await app.sql(`SELECT id FROM posts WHERE deleted_at IS NULL ORDER BY ${order}`)).map(([id]) =>
    Number(id),
  );
  const forwards: unknown[] = [];
  app.statements.length = 0;
  let pages = 0;
  let previous: string | null | undefined;
  for (let cursor: string | null = ""; cursor !== null; pages += 1) {
    const place = cursor === "" ? "" : `&after=${cursor}`;
    const { json } = await app.call("GET", `/v1/posts?${query}&limit=13${place}`);
    forwards.push(...json!.data.map(({ id }) => id));
    cursor = json!.meta["cursor"];
    previous = json!.meta["previous"];
  }
  expect(forwards).toEqual(expected);
  expect(app.statements).toHaveLength(pages);
  const last = expected.slice(-(expected.length % 13));
  const backwards: unknown[] = [];
  while (typeof previous === "string") {
    const { json } = await app.call("GET", `/v1/posts?${query}&limit=13&before=${previous}`);
    backwards.unshift(...json!.data.map(({ id }) => id));
    previous = json!.meta["previous"];
  }
  expect([...backwards, ...last]).toEqual(expected);
});

test("the first page has a cursor and nothing else, the last one no cursor", async () => {
  expect((await app.call("GET", "/v1/posts?limit=2")).json!.meta).toEqual({
    cursor: expect.any(String),
    has_more: true,
  });
  expect((await app.call("GET", "/v1/posts?filter[title]=nothing")).json).toEqual({
    data: [],
    meta: { cursor: null, has_more: false },
  });
});

test("a cursor of another order is refused", async () => {
  const { json } = await app.call("GET", "/v1/posts?sort=score&limit=2");
  const { status, json: refused } = await app.call("GET", `/v1/posts?sort=title&after=${String(json!.meta["cursor"])}`);
  expect([status, refused!.error.details]).toMatchObject([422, [{ field: "cursor", code: "invalid_cursor" }]]);
});

test("a forged cursor with values of another type is refused, not answered with 500", async () => {
  const { json } = await app.call("GET", "/v1/posts?limit=2");
  const text = Buffer.from(String(json!.meta["cursor"]), "base64url").toString();
  const forged = Buffer.from(text.replace(/\[.*\]$/, `["1; DROP TABLE posts"]`)).toString("base64url");
  expect((await app.call("GET", `/v1/posts?after=${forged}`)).status).toBe(422);
});

test("a wrong order is refused every time it is asked for", async () => {
  for (let attempt = 0; attempt < 2; attempt += 1)
    expect((await app.call("GET", "/v1/posts?sort=nope")).status).toBe(422);
});

test("all offenders of a query are named in one answer, with what was probably meant", async () => {
  const { status, json } = await app.call(
    "GET",
    "/v1/posts?filter[statsu]=x&filter[live]=maybe&status=live&sort=scor,nothing&limit=x&after=y&filter[",
  );
  expect(status).toBe(422);
  expect(json!.error.details.map(({ field, code }) => `${field} ${code}`)).toEqual([
    "filter[statsu] UNDECLARED_FILTER",
    "status INVALID_FILTER_FORM",
    "filter[ INVALID_FILTER_FORM",
    "filter[live] invalid_filter",
    "sort invalid_value",
    "sort invalid_value",
    "limit invalid_integer",
    "cursor invalid_cursor",
  ]);
  expect(json!.error.details[0]!.message).toContain("Did you mean `status`?");
  expect(json!.error.details[4]!.message).toContain("Did you mean `score`?");
});

test.each(["9".repeat(30), `-${"9".repeat(30)}`, "100", "0"])(
  "a limit of %s is one within its bounds",
  async (limit) => {
    const { status, json } = await app.call("GET", `/v1/posts?limit=${limit}`);
    expect([status, json!.data.length]).toEqual([200, limit.startsWith("-") || limit === "0" ? 1 : 100]);
  },
);

test("a field with the name of a parameter is filtered by, and the parameter keeps its meaning", async () => {
  await app.sql(`UPDATE authors SET "limit" = id * 10`);
  const few = await app.call("GET", "/v1/authors?limit=1");
  expect(few.json!.data.map(({ id }) => id)).toEqual([1]);
  const { json } = await app.call("GET", "/v1/authors?filter[limit]=20&limit=5");
  expect(json!.data.map(({ id }) => id)).toEqual([2]);
});

test("parameters that nobody declared have no effect", async () => {
  expect(await list("utm_source=x&page=3")).toHaveLength(100);
});

test("fields shows only what is asked for; unknown names are ignored", async () => {
  expect((await list("fields=title,id,nope&filter[title]=title 1"))[0]).toEqual({ id: 1, title: "title 1" });
  expect((await app.call("GET", "/v1/posts/1?fields=status")).json).toEqual({ data: { status: "draft" } });
});

test("offset pages have the total, also beyond the end", async () => {
  const page = await app.call("GET", "/v2/posts?sort=-title&limit=5&offset=10");
  expect(page.json!.meta).toEqual({ offset: 10, limit: 5, total: 190 });
  const expected = await app.sql(
    "SELECT id FROM posts WHERE deleted_at IS NULL ORDER BY title DESC, id LIMIT 5 OFFSET 10",
  );
  expect(page.json!.data.map(({ id }) => String(id))).toEqual(expected.map(([id]) => id));
  const beyond = await app.call("GET", "/v2/posts?offset=1000");
  expect(beyond.json).toEqual({ data: [], meta: { offset: 1000, limit: 25, total: 190 } });
  for (const offset of ["-1", "1".repeat(16)]) {
    expect((await app.call("GET", `/v2/posts?offset=${offset}`)).status).toBe(422);
  }
});

test("included relations are part of the same statement and show what their own endpoint shows", async () => {
  app.statements.length = 0;
  const rows = await list("include=author&filter[author_id]=2");
  expect(app.statements).toHaveLength(1);
  expect(rows[0]).toMatchObject({ author: { id: 2, name: 'Bo "B"' } });
  expect(rows.every((row) => !("email" in (row["author"] as object)))).toBe(true);
  expect((await list("include=author")).find(({ id }) => id === 5)).toMatchObject({ author_id: null, author: null });
});

test("a has_many shows at most 100 rows, leaves deleted ones out and says when there were more", async () => {
  const few = await app.call("GET", "/v1/authors/1?include=posts");
  const posts = few.json!.data["posts"] as unknown as Record<string, unknown>[];
  const expected = await app.sql("SELECT id FROM posts WHERE author_id = 1 AND deleted_at IS NULL ORDER BY id");
  expect(posts.map(({ id }) => String(id))).toEqual(expected.map(([id]) => id));
  expect(few.json!.meta).toBeUndefined();
  const single = (await app.call("GET", `/v1/posts/${String(posts[0]!["id"])}`)).json!.data;
  expect(posts[0]).toEqual(single);
  await app.sql("INSERT INTO posts (id, title, author_id) SELECT n, 'many', 2 FROM generate_series(1001, 1200) n");
  const many = await app.call("GET", "/v1/authors/2?include=posts,posts,nothing");
  expect(many.json!.data["posts"]).toHaveLength(100);
  expect(many.json!.meta).toEqual({ truncated: ["posts"] });
  await app.sql("DELETE FROM posts WHERE id > 1000");
});

test("relations that the caller may not read are refused: by role, and when nobody may", async () => {
  expect((await app.call("GET", "/v1/posts?include=secrets")).status).toBe(401);
  expect((await app.call("GET", "/v1/posts/1?include=author,hidden")).status).toBe(403);
});

test("a sorted list can be answered from an index: the generated search expression is the indexed one", async () => {
  const sql = app.statements.find((text) => text.includes("to_tsvector")) ?? "";
  await list("search=fox");
  const [statement = sql] = app.statements.filter((text) => text.includes("to_tsvector"));
  const literal = statement.replaceAll("$1", "'fox'").replaceAll("$2", "10");
  const plan = await app.database.transaction(async (transaction) => {
    await transaction.run({ name: "off", text: "SET LOCAL enable_seqscan = off", prepare: false }, []);
    await transaction.run({ name: "off2", text: "SET LOCAL enable_indexscan = off", prepare: false }, []);
    return (await transaction.run({ name: "explain", text: `EXPLAIN ${literal}`, prepare: false }, [])).rows;
  });
  expect(plan.join("\n")).toContain("idx_posts_search");
});

test("paging holds every row that is there throughout exactly once, while others come and go", async () => {
  await app.sql(
    "INSERT INTO posts (id, title, score) SELECT n, 'p' || n % 50, nullif(n % 10, 3) FROM generate_series(10001, 16000) n",
  );
  let writing = true;
  const churn = (async () => {
    for (let round = 0; writing; round += 1) {
      await app.sql(
        `INSERT INTO posts (id, title, score) SELECT 20000 + n, 'x' || n % 50, n % 10 FROM generate_series(${round * 50}, ${round * 50 + 49}) n`,
      );
      await app.sql(`DELETE FROM posts WHERE id BETWEEN ${20000 + round * 50 - 100} AND ${20000 + round * 50 - 51}`);
    }
  })();
  const seen: number[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const place = cursor === "" ? "" : `&after=${cursor}`;
    const { json } = await app.call("GET", `/v1/posts?sort=-score,title&limit=100&fields=id${place}`);
    seen.push(...json!.data.map(({ id }) => Number(id)));
    cursor = json!.meta["cursor"];
  }
  writing = false;
  await churn;
  const stable = seen.filter((id) => id > 10_000 && id <= 16_000);
  expect(stable).toHaveLength(6_000);
  expect(new Set(seen).size).toBe(seen.length);
  await app.sql("DELETE FROM posts WHERE id > 10000");
});
