import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { authorizeByHeader, type Caller, credentials } from "./caller.test-kit.ts";
import type { Controller } from "./controller.ts";
import { type Reply, type RestApp, startRestWith } from "./rest.test-kit.ts";

const A = "aaaaaaaa-0000-4000-8000-000000000001";
const B = "bbbbbbbb-0000-4000-8000-000000000002";

const AUTHORS = `
resource: authors
version: 1
tenant_key: org_id
schema:
  id: { type: uuid, primary: true, generated: true }
  org_id: { type: uuid, required: true }
  name: { type: string, required: true }
  deleted_at: { type: timestamp }
endpoints:
  get: { auth: [member, super_admin] }
  list: { auth: [member, super_admin] }
  create: { auth: [member, super_admin] }
  bulk_create: { method: POST, path: /authors/bulk, auth: [member, super_admin] }
  bulk_delete: { method: DELETE, path: /authors/bulk, auth: [member, super_admin] }
  delete: { auth: [member], soft_delete: true }
relations:
  books: { resource: books, type: has_many, foreign_key: author_id }
  profile: { resource: profiles, type: has_one, foreign_key: author_id }
`;
const BOOKS = `
resource: books
version: 1
tenant_key: org_id
schema:
  id: { type: uuid, primary: true, generated: true }
  org_id: { type: uuid, required: true }
  author_id: { type: uuid, ref: authors.id }
  editor_id: { type: uuid }
  reader_ids: { type: array, items: { type: uuid, ref: authors.id }, default: [] }
  title: { type: string, required: true }
  created_by: { type: string }
endpoints:
  list: { auth: [member, super_admin], filters: [org_id, author_id, created_by], sort: [title], search: [title] }
  get: { auth: [member, super_admin] }
  create: { auth: [member, super_admin], controller: { before: meddle } }
  update: { auth: [member, super_admin], controller: { before: meddle } }
  bulk_create: { method: POST, path: /books/bulk, auth: [member], input: [org_id, author_id, editor_id, reader_ids, title] }
relations:
  author: { resource: authors, type: belongs_to, key: author_id }
  editor: { resource: authors, type: belongs_to, key: editor_id }
`;
/** A tree whose keys clients choose. */
const FOLDERS = `
resource: folders
version: 1
tenant_key: org_id
schema:
  id: { type: uuid, primary: true, required: true }
  org_id: { type: uuid, required: true }
  parent_id: { type: uuid, ref: folders.id }
endpoints:
  create: { auth: [member] }
  bulk_create: { method: POST, path: /folders/bulk, auth: [member] }
  list: { auth: [member], pagination: offset }
`;
/** Each is its owner's; the resource has no tenants, and refers to rows that have. */
const PROFILES = `
resource: profiles
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
  author_id: { type: uuid, ref: authors.id }
  text: { type: string, required: true }
  created_by: { type: string }
endpoints:
  get: { auth: owner }
  list: { auth: public }
  create: { auth: public }
  update: { auth: public }
relations:
  author: { resource: authors, type: belongs_to, key: author_id }
`;

const ann: Caller = { sub: "ann", role: "member", tenant: A };
const bea: Caller = { sub: "bea", role: "member", tenant: B };
const sam: Caller = { sub: "sam", role: "super_admin" };

/** A controller that writes whatever the header says into the input. */
const meddle: Controller = ({ input, headers, tenant_id, user }) => {
  Object.assign(input, JSON.parse(String(headers["x-meddle"] ?? "{}")));
  if (user?.role === "member" && tenant_id !== user.tenant_id) throw new Error("the tenant is missing");
};

let app: RestApp;
beforeAll(async () => {
  const functions = () => ({ controllers: { meddle }, handlers: {} });
  app = await startRestWith({ authorize: authorizeByHeader, functions }, AUTHORS, BOOKS, PROFILES, FOLDERS);
});
afterAll(() => app[Symbol.asyncDispose]());

const as = (caller: Caller | undefined, request: string, body?: unknown): Promise<Reply> => {
  const [method = "", path = ""] = request.split(" ");
  return app.call(method, `/v1${path}`, { body, headers: credentials(caller) });
};
/** The same for ann, with a before-controller that writes `meddle` into the input. */
const meddled = (request: string, { body, meddle }: { body: object; meddle: object }): Promise<Reply> => {
  const [method = "", path = ""] = request.split(" ");
  const headers = { ...credentials(ann), "x-meddle": JSON.stringify(meddle) };
  return app.call(method, `/v1${path}`, { body, headers });
};
const made = async (caller: Caller, path: string, body: object): Promise<string> => {
  const reply = await as(caller, `POST ${path}`, body);
  if (reply.status !== 201) throw new Error(reply.text);
  return String(reply.json?.data["id"]);
};
const author = (caller: Caller, name = "somebody"): Promise<string> => made(caller, "/authors", { name });
const problems = ({ status, json }: Reply): unknown => [
  status,
  json?.error?.details?.map(({ field, code }) => `${field} ${code}`),
];
const outsider = randomUUID();

describe("a new row belongs to the caller's tenant", () => {
  test.each([
    { body: {} },
    { body: { org_id: A } },
    { body: { org_id: B } },
    { body: { org_id: null } },
    { body: { org_id: 7 } },
  ])("when the tenant key is not in input, whatever the body $body says", async ({ body }) => {
    const reply = await as(ann, "POST /books", { title: "t", ...body });
    expect(reply.json?.data).toMatchObject({ org_id: A, created_by: "ann" });
  });

  test.each([
    { body: {}, answer: [200, undefined] },
    { body: { org_id: A }, answer: [200, undefined] },
    { body: { org_id: A.toUpperCase() }, answer: [200, undefined] },
    { body: { org_id: B }, answer: [422, ["[1].org_id forbidden_value"]] },
    { body: { org_id: null }, answer: [422, ["[1].org_id forbidden_value"]] },
  ])("where input has it, $body is answered with $answer", async ({ body, answer }) => {
    const reply = await as(ann, "POST /books/bulk", [{ title: "t" }, { title: "t", ...body }]);
    expect(problems(reply)).toEqual(answer);
    const tenants = reply.json?.data?.map?.(({ org_id }) => org_id) ?? [];
    expect(tenants.every((tenant) => tenant === A)).toBe(true);
  });

  test("whatever a before-controller says, though it may name another author", async () => {
    const meddle = { org_id: B, created_by: "ghost" };
    const reply = await meddled("POST /books", { body: { title: "t" }, meddle });
    expect(reply.json?.data).toMatchObject({ org_id: A, created_by: "ghost" });
  });

  test("a caller above tenants says which, or is asked to", async () => {
    const named = await as(sam, "POST /books", { title: "t", org_id: B });
    expect(named.json?.data).toMatchObject({ org_id: B, created_by: "sam" });
    expect(problems(await as(sam, "POST /books", { title: "t" }))).toEqual([422, ["org_id required"]]);
    expect(problems(await as(sam, "POST /authors", { name: "n" }))).toEqual([422, ["org_id required"]]);
    const own = await as({ ...sam, tenant: A }, "POST /authors", { name: "n" });
    expect(own.json?.data).toMatchObject({ org_id: A });
  });

  test("a tenant that is no UUID has no rows, and cannot make any", async () => {
    const odd: Caller = { sub: "x", role: "member", tenant: "' OR true --" };
    expect(problems(await as(odd, "POST /authors", { name: "n" }))).toEqual([422, ["org_id invalid_uuid"]]);
    await author(ann);
    expect((await as(odd, "GET /authors")).json?.data).toEqual([]);
  });
});

describe("an update leaves a row where it is", () => {
  test.each([
    { name: "in the body", body: { title: "new", org_id: B, created_by: "bea" }, meddle: {} },
    { name: "in a controller", body: { title: "new" }, meddle: { org_id: B } },
  ])("with another tenant $name", async ({ body, meddle }) => {
    const id = await made(ann, "/books", { title: "old" });
    const reply = await meddled(`PATCH /books/${id}`, { body, meddle });
    expect([reply.status, reply.json?.data]).toMatchObject([200, { title: "new", org_id: A, created_by: "ann" }]);
  });

  test("even for a caller above tenants", async () => {
    const id = await made(ann, "/books", { title: "old" });
    const reply = await as(sam, `PATCH /books/${id}`, { title: "new", org_id: B });
    expect(reply.json?.data).toMatchObject({ title: "new", org_id: A });
  });

  test("and nothing but the tenant to change is nothing", async () => {
    const id = await made(ann, "/books", { title: "old" });
    expect(problems(await as(ann, `PATCH /books/${id}`, { org_id: B }))).toEqual([422, ["body empty_update"]]);
  });
});

describe("a reference to another tenant's row is a reference to nothing", () => {
  const fields = [
    { field: "author_id", place: "author_id", wrap: (id: string): unknown => id },
    { field: "editor_id", place: "editor_id", wrap: (id: string): unknown => id },
    { field: "reader_ids", place: "reader_ids[1]", wrap: (id: string): unknown => [id] },
  ];

  test.each(fields)("$field in a create, an update and a bulk create", async ({ field, place, wrap }) => {
    const [mine, theirs] = [await author(ann), await author(bea, "canary-b")];
    const value = (id: string): unknown => (field === "reader_ids" ? [mine, id] : wrap(id));
    const id = await made(ann, "/books", { title: "kept", [field]: value(mine) });
    for (const wrong of [theirs, outsider]) {
      const body = { title: "t", [field]: value(wrong) };
      const refused = [422, [`${place} invalid_reference`]];
      const replies = [await as(ann, "POST /books", body), await as(ann, `PATCH /books/${id}`, body)];
      expect(replies.map(problems)).toEqual([refused, refused]);
      const bulk = await as(ann, "POST /books/bulk", [{ title: "bulk" }, body]);
      expect(problems(bulk)).toEqual([422, [`[1].${place} invalid_reference`]]);
      // Nothing tells a row that is somebody else's from one that is nobody's.
      expect([...replies, bulk].map(({ text }) => text).join()).not.toMatch(/canary|bbbbbbbb/);
    }
    expect(await app.sql(`SELECT count(*) FROM books WHERE title = 'bulk'`)).toEqual([["0"]]);
    expect((await as(ann, `PATCH /books/${id}`, { title: "t", [field]: value(mine) })).status).toBe(200);
  });

  test("rows that are made together may refer to each other", async () => {
    const [root, leaf, alone, theirs] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    await as(bea, "POST /folders", { id: theirs });
    const tree = await as(ann, "POST /folders/bulk", [
      { id: leaf, parent_id: root },
      { id: root, parent_id: root },
    ]);
    expect(tree.status).toBe(200);
    expect((await as(ann, "POST /folders", { id: alone, parent_id: alone })).status).toBe(201);
    const crossed = [{ id: randomUUID(), parent_id: theirs }, { id: randomUUID() }];
    expect(problems(await as(ann, "POST /folders/bulk", crossed))).toEqual([422, ["[0].parent_id invalid_reference"]]);
    expect(problems(await as(ann, "POST /folders", crossed[0]))).toEqual([422, ["parent_id invalid_reference"]]);
    // The count is of the caller's rows, too.
    expect((await as(ann, "GET /folders?limit=1")).json?.meta.total).toBe(3);
    expect((await as(bea, "GET /folders?limit=1&offset=9")).json?.meta.total).toBe(1);
  });

  test("a caller above tenants may refer to any row", async () => {
    const theirs = await author(bea);
    const reply = await as(sam, "POST /books", { title: "t", org_id: B, author_id: theirs, reader_ids: [theirs] });
    expect(reply.status).toBe(201);
  });

  test("from a resource without tenants, a caller refers to rows of its own tenant", async () => {
    const [mine, theirs] = [await author(ann), await author(bea)];
    const create = (caller: Caller | undefined, author_id?: string) =>
      as(caller, "POST /profiles", { text: "t", author_id });
    expect((await create(ann, mine)).status).toBe(201);
    expect((await create(sam, theirs)).status).toBe(201);
    expect((await create(undefined)).status).toBe(201);
    expect(problems(await create(ann, theirs))).toEqual([422, ["author_id invalid_reference"]]);
    expect((await create(undefined, mine)).status).toBe(403);
    const id = await made(ann, "/profiles", { text: "t" });
    expect((await as(ann, `PATCH /profiles/${id}`, { author_id: mine })).status).toBe(200);
    expect(problems(await as(ann, `PATCH /profiles/${id}`, { author_id: theirs }))).toEqual([
      422,
      ["author_id invalid_reference"],
    ]);
  });
});

describe("included rows are those the caller could read at their own endpoint", () => {
  /** Rows that refer across tenants, as only somebody beside the API can make them. */
  async function crossed(): Promise<{ bookOfA: string; authorOfA: string; authorOfB: string }> {
    const [authorOfA, authorOfB] = [await author(ann, "canary-author-a"), await author(bea, "canary-author-b")];
    const bookOfA = randomUUID();
    await app.sql(`INSERT INTO books (id, org_id, author_id, title) VALUES
      ('${bookOfA}', '${A}', '${authorOfB}', 'canary-book-a'),
      (gen_random_uuid(), '${B}', '${authorOfA}', 'canary-book-b')`);
    await app.sql(`INSERT INTO profiles (author_id, text, created_by) VALUES
      ('${authorOfA}', 'canary-profile-ann', 'ann'), ('${authorOfB}', 'canary-profile-bea', 'bea')`);
    return { bookOfA, authorOfA, authorOfB };
  }

  test.each([{ query: "include=author" }, { query: "include=author&fields=title" }])(
    "a belongs_to of another tenant is null: ?$query",
    async ({ query }) => {
      const { bookOfA } = await crossed();
      const one = await as(ann, `GET /books/${bookOfA}?${query}`);
      expect(one.json?.data).toMatchObject({ title: "canary-book-a", author: null });
      const all = await as(ann, `GET /books?limit=100&${query}`);
      expect(all.text).not.toContain("canary-author-b");
      const above = await as(sam, `GET /books/${bookOfA}?${query}`);
      expect(above.json?.data).toMatchObject({ author: { name: "canary-author-b" } });
    },
  );

  test("a has_many leaves out rows of other tenants, in a get and in a list", async () => {
    const { authorOfA } = await crossed();
    expect((await as(ann, `GET /authors/${authorOfA}?include=books`)).json?.data).toMatchObject({ books: [] });
    expect((await as(ann, "GET /authors?limit=100&include=books")).text).not.toContain("canary-book-b");
    expect((await as(sam, `GET /authors/${authorOfA}?include=books`)).text).toContain("canary-book-b");
  });

  test("a has_one that is read by its owner is shown to its owner", async () => {
    const { authorOfA } = await crossed();
    const path = `GET /authors/${authorOfA}?include=profile`;
    expect((await as(ann, path)).json?.data).toMatchObject({ profile: { text: "canary-profile-ann" } });
    expect((await as({ ...ann, sub: "amy" }, path)).json?.data).toMatchObject({ profile: null });
  });

  test("a public list that includes rows of tenants asks who calls, and is not kept by caches", async () => {
    const { authorOfA } = await crossed();
    const id = (await app.sql(`SELECT id FROM profiles WHERE author_id = '${authorOfA}'`))[0]?.[0];
    const anonymous = await as(undefined, "GET /profiles?include=author");
    expect([anonymous.status, anonymous.text.includes("canary")]).toEqual([401, false]);
    const reply = await as(bea, "GET /profiles?include=author&limit=100");
    expect([reply.status, reply.text.includes("canary-author-a")]).toEqual([200, false]);
    expect(reply.headers.get("cache-control")).toBe("no-store");
    expect((await as(bea, "GET /profiles?limit=100")).text).toContain(String(id));
  });
});

describe("what a client sends to look around it", () => {
  test.each(["filter[org_id]", "filter[author_id]", "filter[created_by]"])(
    "%s of another tenant finds nothing",
    async (filter) => {
      const theirs = await author(bea);
      await made(bea, "/books", { title: "canary-b", author_id: theirs });
      const value = { "filter[org_id]": B, "filter[author_id]": theirs, "filter[created_by]": "bea" }[filter] ?? "";
      const reply = await as(ann, `GET /books?${filter}=${value}`);
      expect([reply.status, reply.json?.data]).toEqual([200, []]);
      expect((await as(bea, `GET /books?${filter}=${value}`)).text).toContain("canary-b");
    },
  );

  test("the cursor of another tenant is a place, not a permission", async () => {
    for (const title of ["canary-b1", "canary-b2", "canary-b3"]) await made(bea, "/books", { title });
    await made(ann, "/books", { title: "zzz" });
    const cursor = (await as(bea, "GET /books?sort=title&limit=1")).json?.meta.cursor;
    const reply = await as(ann, `GET /books?sort=title&after=${cursor}&limit=100`);
    expect([reply.status, /canary-b\d/.test(reply.text), reply.text.includes("zzz")]).toEqual([200, false, true]);
  });

  test("everything at once is still the caller's rows, page by page", async () => {
    const [mine, theirs] = [await author(ann, "mine"), await author(bea, "theirs")];
    for (const [caller, author_id] of [
      [ann, mine],
      [bea, theirs],
    ] as const)
      for (const title of ["needle 1", "needle 2", "needle 3", "hay"])
        await made(caller, "/books", { title, author_id, editor_id: author_id });
    const query = (id: string) =>
      `filter[author_id]=${id}&search=needle&sort=-title&include=author,editor&fields=title`;
    const pages = [];
    for (let after = ""; ;) {
      const { json } = await as(ann, `GET /books?${query(mine)}&limit=1${after}`);
      pages.push(json?.data);
      if (json === undefined || json.meta.cursor === null) break;
      after = `&after=${json.meta.cursor}`;
    }
    const row = (title: string) => ({ title, author: { name: "mine" }, editor: { name: "mine" } });
    expect(pages).toMatchObject([[row("needle 3")], [row("needle 2")], [row("needle 1")]]);
    expect((await as(ann, `GET /books?${query(theirs)}`)).json?.data).toEqual([]);
  });

  test("every id of another tenant is answered as one that nobody has", async () => {
    const ids = [await author(bea), await author(bea), outsider];
    const replies = await Promise.all(ids.map((id) => as(ann, `GET /authors/${id}`)));
    const shapes = replies.map(({ status, json }) => [status, json?.error.code, json?.error.message]);
    expect(new Set(shapes.map((shape) => shape.join()))).toEqual(new Set(["404,NOT_FOUND,Resource not found"]));
  });

  test("a bulk delete with one key of another tenant deletes nothing", async () => {
    const [mine, theirs] = [await author(ann), await author(bea)];
    const refused = await as(ann, "DELETE /authors/bulk", [mine, theirs]);
    expect([refused.status, refused.text.includes(theirs)]).toEqual([404, false]);
    expect((await as(ann, `GET /authors/${mine}`)).status).toBe(200);
    expect((await as(bea, `GET /authors/${theirs}`)).status).toBe(200);
    expect((await as(sam, "DELETE /authors/bulk", [mine, theirs])).json?.meta).toEqual({ total: 2 });
  });
});
