import { createDatabase } from "@shaperail/db";
import { createTestDatabase, startPgBouncer, type PgBouncerServer } from "@shaperail/test-services";
import { afterAll, beforeAll, expect, test } from "vitest";
import { execute, startProject, type RunningProject } from "./running-project.test-kit.ts";

// What an API does all day, with every statement through PgBouncer in transaction mode and few sessions behind it.

const CONFIG = `project: pooled
databases:
  default: { engine: postgres, url: "\${DATABASE_URL}", pool_size: 20 }
`;
const AUTHORS = `resource: authors
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
  name: { type: string, required: true }
endpoints:
  list: { auth: public }
  create: { auth: public, input: [name] }
`;
const BOOKS = `resource: books
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
  author_id: { type: uuid, ref: authors.id, nullable: true }
  title: { type: string, required: true, unique: true, search: true }
  pages: { type: integer, default: 1 }
  updated_at: { type: timestamp, generated: true }
endpoints:
  list: { auth: public, filters: [pages], search: [title], sort: [pages], pagination: cursor }
  get: { auth: public }
  create: { auth: public, input: [author_id, title, pages] }
  update: { auth: public, input: [pages] }
  delete: { auth: public }
  bulk_create: { method: POST, path: /books/bulk, auth: public, input: [title, pages] }
  bulk_delete: { method: DELETE, path: /books/bulk, auth: public }
relations:
  author: { resource: authors, type: belongs_to, key: author_id }
`;
const TABLES = [
  "CREATE TABLE authors (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL)",
  `CREATE TABLE books (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), author_id uuid REFERENCES authors, title text NOT NULL UNIQUE,
   pages int8 NOT NULL DEFAULT 1, updated_at timestamptz NOT NULL DEFAULT now())`,
  `CREATE TABLE shaperail_idempotency_keys (scope text NOT NULL, key text NOT NULL, fingerprint text NOT NULL, status int8 NOT NULL,
   headers text NOT NULL, body text NOT NULL, expires_at timestamptz NOT NULL, PRIMARY KEY (scope, key))`,
];

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pooler: PgBouncerServer;

beforeAll(async () => {
  database = await createTestDatabase();
  await execute(database.url, TABLES);
  pooler = await startPgBouncer({ target: database.url, settings: { default_pool_size: 3 } });
});
afterAll(async () => {
  await pooler.close();
  await database.close();
});

const start = (): Promise<RunningProject> =>
  startProject(
    { "shaperail.config.yaml": CONFIG, "resources/authors.yaml": AUTHORS, "resources/books.yaml": BOOKS },
    { DATABASE_URL: pooler.url },
  );

interface Row {
  readonly id: string;
  readonly title: string;
  readonly pages: number;
}

test("create, get, update with If-Match, delete", async () => {
  const { call } = await start();
  const created = await call<Row>("/v1/books", { method: "POST", body: { title: "one", pages: 3 } });
  expect([created.status, created.json.data]).toMatchObject([201, { title: "one", pages: 3 }]);
  const path = `/v1/books/${created.json.data.id}`;
  const tag = (await call(path)).headers.get("etag") ?? "";
  const update = { method: "PATCH", body: { pages: 4 }, headers: { "if-match": tag } };
  expect((await call<Row>(path, update)).json.data.pages).toBe(4);
  expect((await call(path, update)).status).toBe(412);
  expect((await call("/v1/books", { method: "POST", body: { title: "one" } })).status).toBe(409);
  expect((await call(path, { method: "DELETE" })).status).toBe(204);
  expect((await call(path)).status).toBe(404);
});

test("bulk, pages, search and include", async () => {
  const { call } = await start();
  const author = await call<{ id: string }>("/v1/authors", { method: "POST", body: { name: "ada" } });
  await call("/v1/books", { method: "POST", body: { title: "a fox at night", author_id: author.json.data.id } });
  const body = Array.from({ length: 25 }, (_, at) => ({ title: `page ${at}`, pages: 1_000 + at }));
  expect((await call("/v1/books/bulk", { method: "POST", body })).status).toBe(200);

  const pages: number[] = [];
  let after = "";
  do {
    const { json } = await call<Row[], { cursor: string | null; has_more: boolean }>(
      `/v1/books?sort=pages&search=page&limit=10${after === "" ? "" : `&after=${after}`}`,
    );
    pages.push(...json.data.map((book) => book.pages));
    after = json.meta.has_more ? (json.meta.cursor ?? "") : "";
  } while (after !== "");
  expect(pages).toEqual(body.map((book) => book.pages));

  const found = await call("/v1/books?search=fox&include=author");
  expect(found.json.data).toMatchObject([{ title: "a fox at night", author: { name: "ada" } }]);
});

test("the same Idempotency-Key twenty times at once creates one row", async () => {
  const { call } = await start();
  const request = { method: "POST", body: { title: "once" }, headers: { "idempotency-key": "the-key" } };
  const replies = await Promise.all(Array.from({ length: 20 }, () => call<Row>("/v1/books", request)));
  for (const { status } of replies) expect([201, 409]).toContain(status);
  const again = await call<Row>("/v1/books", request);
  expect(again.headers.get("idempotency-replayed")).toBe("true");
  const ids = replies.filter(({ status }) => status === 201).map(({ json }) => json.data.id);
  expect(new Set([...ids, again.json.data.id]).size).toBe(1);
});

test("50 callers at once, reading and writing, are all answered over the 3 sessions there are", async () => {
  const { call } = await start();
  await Promise.all(
    Array.from({ length: 50 }, async (_, at) => {
      for (let round = 0; round < 6; round += 1) {
        const title = `load ${at}.${round}`;
        const created = await call<Row>("/v1/books", { method: "POST", body: { title, pages: at } });
        expect([created.status, created.json.data.title]).toEqual([201, title]);
        const read = await call<Row>(`/v1/books/${created.json.data.id}`);
        expect([read.status, read.json.data.title]).toEqual([200, title]);
        expect((await call(`/v1/books?filter[pages]=${at}&limit=5`)).status).toBe(200);
      }
    }),
  );
  expect((await call("/health/ready")).status).toBe(200);
  await using watch = createDatabase({ url: database.url, poolSize: 1 });
  const text = "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
  expect((await watch.run({ name: "sessions", text }, [])).rows).toEqual([["3"]]);
});
