import { HttpError } from "@shaperail/http";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ControllerContext, HandlerContext } from "./controller.ts";
import { type RestApp, startRestWith } from "./rest.test-kit.ts";

const TAGS = `
resource: tags
version: 1
schema: { id: { type: integer, primary: true, required: true }, deleted_at: { type: timestamp } }
endpoints:
  delete: { auth: public, soft_delete: true }
  bulk_delete: { method: POST, path: /tags/delete, auth: public, soft_delete: true }
`;
const POSTS = `
resource: posts
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
  slug: { type: string, required: true, unique: true, max: 20 }
  views: { type: integer, default: 0, min: 0 }
  tag_ids: { type: array, items: { type: uuid, ref: labels.id }, default: [] }
  details: { type: json }
  secret: { type: string, sensitive: true }
  hint: { type: string, transient: true }
  author: { type: string }
  price: { type: number, max: 10 }
endpoints:
  list: { auth: public, filters: [details] }
  get: { auth: public }
  create: { auth: public, input: [slug, views, tag_ids, details, secret, hint, price] , controller: { before: [normalise, sign], after: [count, greet] } }
  update: { auth: public, input: [slug, views, hint, price], controller: { before: normalise } }
  delete: { auth: public, controller: { before: refuse_pinned, after: remember } }
  bulk_create: { method: POST, path: /posts/bulk, auth: public, input: [slug, views, tag_ids] }
  bulk_delete: { method: DELETE, path: /posts/bulk, auth: public }
  publish: { method: POST, path: "/posts/:id/publish", auth: public, input: [views, price], handler: publish }
  adjust: { method: PATCH, path: "/posts/:id/adjust", auth: public, input: [slug, views, author], handler: publish }
  echo: { method: GET, path: /posts/echo/all, auth: public, handler: echo }
  secure: { method: POST, path: /posts/secure, auth: [admin], handler: echo }
`;
const LABELS = `
resource: labels
version: 1
schema:
  id: { type: uuid, primary: true, required: true }
  post_id: { type: uuid, ref: posts.id }
  parent_id: { type: uuid, ref: labels.id }
endpoints:
  create: { auth: public }
  delete: { auth: public }
`;

const calls: string[] = [];
const functions = {
  controllers: {
    normalise: (context: ControllerContext) => {
      calls.push("normalise");
      if (typeof context.input["slug"] === "string") context.input["slug"] = context.input["slug"].trim().toLowerCase();
      context.session["at"] = "before";
    },
    sign: async (context: ControllerContext) => {
      await Promise.resolve();
      if (context.input["hint"] === "stop") throw new HttpError("No", { code: "FORBIDDEN" });
      if (context.input["hint"] === "bad") context.input["views"] = -5;
      context.input["author"] = String(context.headers["x-author"] ?? "nobody");
      context.response_headers.push(["X-Signed", "yes"]);
    },
    count: (context: ControllerContext) => {
      calls.push(`after ${String(context.session["at"])} ${String(context.input["hint"])}`);
      if (context.data !== null) context.data["views"] = (context.data["views"] as number) + 1;
    },
    greet: (context: ControllerContext) => {
      context.response_extras["token"] = "shown once";
      context.response_extras["slug"] = "shadowed";
    },
    refuse_pinned: (context: ControllerContext) => {
      if (context.headers["x-pinned"] !== undefined) throw new HttpError("Pinned", { code: "CONFLICT" });
    },
    remember: (context: ControllerContext) => void calls.push(`deleted ${String(context.data?.["slug"])}`),
  },
  handlers: {
    publish: (context: HandlerContext) => ({ id: context.path_params["id"], ...context.input }),
    echo: (context: HandlerContext) => {
      if (context.query.has("teapot")) context.status = 418;
      return context.query.has("nothing")
        ? undefined
        : { query: Object.fromEntries(context.query), big: 9007199254740993n };
    },
  },
};

let app: RestApp;
beforeAll(async () => {
  app = await startRestWith({ functions: () => functions }, TAGS, LABELS, POSTS);
});
afterAll(() => app[Symbol.asyncDispose]());

const LABEL = "6f1ed002-ab5b-4d3c-8a58-2f1d1a0b4c11";
const NOBODY = "6f1ed002-ab5b-4d3c-8a58-2f1d1a0b4c99";
const codes = (reply: {
  json: { error: { details: { field: string; code: string }[] } } | undefined;
}): string[] | undefined => reply.json?.error.details?.map(({ field, code }) => `${field} ${code}`);

test("controllers run in order around the statement: input is checked again, the answer is theirs, the table is not", async () => {
  calls.length = 0;
  const { status, json, headers } = await app.call("POST", "/v1/posts", {
    body: { slug: "  Hello ", hint: "x" },
    headers: { "x-author": "ada" },
  });
  expect([status, headers.get("x-signed")]).toEqual([201, "yes"]);
  expect(json!.data).toMatchObject({ views: 1, author: "ada", token: "shown once", slug: "shadowed" });
  expect(calls).toEqual(["normalise", "after before x"]);
  expect(await app.sql("SELECT slug, views, author FROM posts WHERE slug = 'hello'")).toEqual([["hello", "0", "ada"]]);
});

test("a controller that throws ends the request, and what it breaks is refused: nothing is stored", async () => {
  expect((await app.call("POST", "/v1/posts", { body: { slug: "a1", hint: "stop" } })).status).toBe(403);
  expect(codes(await app.call("POST", "/v1/posts", { body: { slug: "a2", hint: "bad" } }))).toEqual([
    "views too_small",
  ]);
  expect(codes(await app.call("POST", "/v1/posts", { body: { slug: 5 } }))).toEqual(["slug invalid_type"]);
  expect(await app.sql("SELECT count(*) FROM posts WHERE slug LIKE 'a_'")).toEqual([["0"]]);
});

test("controllers of update and delete see the row's key and may refuse; after a delete they see the row as it was", async () => {
  const { json } = await app.call("POST", "/v1/posts/bulk", { body: [{ slug: "to-delete" }] });
  const path = `/v1/posts/${String(json!.data[0]!["id"])}`;
  expect((await app.call("PATCH", path, { body: { slug: " GONE " } })).json!.data).toMatchObject({ slug: "gone" });
  expect((await app.call("DELETE", path, { headers: { "x-pinned": "1" } })).status).toBe(409);
  calls.length = 0;
  expect((await app.call("DELETE", path)).status).toBe(204);
  expect(calls).toEqual(["deleted gone"]);
});

test("bulk_create stores all items in order with one statement", async () => {
  const body = Array.from({ length: 500 }, (_, index) => ({ slug: `bulk-${index}`, views: index }));
  app.statements.length = 0;
  const { status, json } = await app.call("POST", "/v1/posts/bulk", { body });
  expect([status, json!.meta]).toEqual([200, { total: 500 }]);
  expect(json!.data.map(({ slug }) => slug)).toEqual(body.map(({ slug }) => slug));
  expect(app.statements).toHaveLength(1);
  const ids = json!.data.map(({ id }) => id);
  const gone = await app.call("DELETE", "/v1/posts/bulk", {
    body: [...ids, ids[0], String(ids[1]).toUpperCase()].slice(0, 500),
  });
  expect([gone.status, gone.json!.meta]).toEqual([200, { total: 500 }]);
});

test.each([
  [
    [{ slug: "ok" }, { views: -1 }, 5, { slug: "x".repeat(21) }],
    422,
    ["[1].slug required", "[1].views too_small", "[2] invalid_body", "[3].slug too_long"],
  ],
  [[], 422, ["body empty_body"]],
  [{}, 422, ["body invalid_body"]],
  [Array.from({ length: 501 }, () => ({ slug: "x" })), 422, ["body too_many_items"]],
  [[{ slug: "twice" }, { slug: "twice" }], 409, undefined],
  [
    [
      { slug: "ok", tag_ids: [] },
      { slug: "ok2", tag_ids: [NOBODY] },
    ],
    422,
    ["[1].tag_ids[0] invalid_reference"],
  ],
])("bulk_create with a wrong item stores none (%#)", async (...[body, status, issues]) => {
  const before = await app.sql("SELECT count(*) FROM posts");
  const reply = await app.call("POST", "/v1/posts/bulk", { body });
  expect([reply.status, codes(reply)]).toEqual([status, issues]);
  expect(await app.sql("SELECT count(*) FROM posts")).toEqual(before);
});

test("bulk_delete removes all or none", async () => {
  const { json } = await app.call("POST", "/v1/posts/bulk", { body: [{ slug: "b1" }, { slug: "b2" }] });
  const ids = json!.data.map(({ id }) => id);
  expect((await app.call("DELETE", "/v1/posts/bulk", { body: [...ids, NOBODY] })).status).toBe(404);
  expect(codes(await app.call("DELETE", "/v1/posts/bulk", { body: [ids[0], "x", {}] }))).toEqual([
    "[1] invalid_uuid",
    "[2] invalid_uuid",
  ]);
  expect(await app.sql("SELECT count(*) FROM posts WHERE slug IN ('b1', 'b2')")).toEqual([["2"]]);
  const gone = await app.call("DELETE", "/v1/posts/bulk", { body: ids });
  expect(new Set(gone.json!.data.map(({ slug }) => slug))).toEqual(new Set(["b1", "b2"]));
});

test("elements that refer to rows are looked up in the same statement", async () => {
  await app.call("POST", "/v1/labels", { body: { id: LABEL } });
  app.statements.length = 0;
  const good = await app.call("POST", "/v1/posts", { body: { slug: "tagged", tag_ids: [LABEL, LABEL] } });
  expect([good.status, good.json!.data["tag_ids"]]).toEqual([201, [LABEL, LABEL]]);
  expect(app.statements).toHaveLength(1);
  const bad = await app.call("POST", "/v1/posts", { body: { slug: "wrong", tag_ids: [LABEL, NOBODY, NOBODY] } });
  expect([bad.status, codes(bad)]).toEqual([422, ["tag_ids[1] invalid_reference", "tag_ids[2] invalid_reference"]]);
  expect(await app.sql("SELECT count(*) FROM posts WHERE slug = 'wrong'")).toEqual([["0"]]);
});

test("a row that others refer to is kept: 409", async () => {
  const { json } = await app.call("POST", "/v1/posts/bulk", { body: [{ slug: "referred" }] });
  const id = json!.data[0]!["id"];
  await app.call("POST", "/v1/labels", { body: { id: NOBODY.replace("99", "98"), post_id: id } });
  const { status, json: refused } = await app.call("DELETE", `/v1/posts/${String(id)}`);
  expect([status, refused!.error.message]).toEqual([409, "Conflict: other rows still refer to this one"]);
});

test("so is one that rows of the same table refer to, and a reference to no row of it is refused", async () => {
  const [parent, child] = [crypto.randomUUID(), crypto.randomUUID()];
  await app.call("POST", "/v1/labels", { body: { id: parent } });
  await app.call("POST", "/v1/labels", { body: { id: child, parent_id: parent } });
  expect((await app.call("DELETE", `/v1/labels/${parent}`)).status).toBe(409);
  const orphan = { id: crypto.randomUUID(), parent_id: crypto.randomUUID() };
  expect(codes(await app.call("POST", "/v1/labels", { body: orphan }))).toEqual(["parent_id invalid_reference"]);
});

test("keys to delete have the type of the key: a number is not its digits", async () => {
  await app.sql("INSERT INTO tags (id) VALUES (9007199254740993), (5)");
  const reply = await app.call("POST", "/v1/tags/delete", { body: '["5", 5.5, null, 5]' });
  expect(codes(reply)).toEqual(["[0] invalid_integer", "[1] invalid_integer", "[2] invalid_integer"]);
  const gone = await app.call("POST", "/v1/tags/delete", { body: "[9007199254740993, 5.0]" });
  expect(gone.json!.meta.total).toBe(2);
});

test("no digit of a decimal is lost on its way in, through controllers and handlers, and out", async () => {
  const decimal = "0.1234567890123456789012345";
  const body = (slug: string): string => `{"slug":"${slug}","price":${decimal},"details":{"a":${decimal}}}`;
  const created = await app.call("POST", "/v1/posts", { body: body("exact") });
  expect(created.text).toContain(`"price":${decimal}`);
  expect(created.text).toContain(`{"a":${decimal}}`);
  const path = `/v1/posts/${String(created.json!.data["id"])}`;
  expect((await app.call("GET", path)).text).toContain(`"price":${decimal}`);
  expect(await app.sql("SELECT price FROM posts WHERE slug = 'exact'")).toEqual([[decimal]]);
  const updated = await app.call("PATCH", path, { body: `{"price":-${decimal}}` });
  expect(updated.text).toContain(`"price":-${decimal}`);
  const handled = await app.call("POST", "/v1/posts/abc/publish", { body: `{"price":${decimal}}` });
  expect(handled.text).toBe(`{"data":{"id":"abc","price":${decimal}}}`);
  const above = await app.call("PATCH", path, { body: '{"price":10.00000000000000000001}' });
  expect(codes(above)).toEqual(["price too_large"]);
  const notAnObject = await app.call("PATCH", path, { body: decimal });
  expect(codes(notAnObject)).toEqual(["body invalid_body"]);
});

test("a partial custom endpoint requires nothing, and takes no null where the field has none", async () => {
  const path = "/v1/posts/abc/adjust";
  expect((await app.call("PATCH", path, { body: {} })).text).toBe('{"data":{"id":"abc"}}');
  expect((await app.call("PATCH", path, { body: { author: null } })).text).toBe('{"data":{"id":"abc","author":null}}');
  expect(codes(await app.call("PATCH", path, { body: { slug: null } }))).toEqual(["slug required"]);
});

test("a json field is filtered by its value, however it is written", async () => {
  await app.call("POST", "/v1/posts", { body: { slug: "detailed", details: { a: [1, 2], b: null } } });
  const { json } = await app.call("GET", `/v1/posts?filter[details]=${encodeURIComponent('{"b":null, "a":[1,2]}')}`);
  expect(json!.data).toHaveLength(1);
  expect((await app.call("GET", "/v1/posts?filter[details]={")).status).toBe(422);
});

test("a custom endpoint has everything an endpoint has: parameters, checked input, the envelope, authorisation", async () => {
  const ok = await app.call("POST", "/v1/posts/abc/publish", { body: '{"views":9007199254740993,"other":1}' });
  expect([ok.status, ok.text]).toEqual([200, '{"data":{"id":"abc","views":9007199254740993}}']);
  expect(codes(await app.call("POST", "/v1/posts/abc/publish", { body: { views: "1" } }))).toEqual([
    "views invalid_type",
  ]);
  expect((await app.call("POST", "/v1/posts/abc/publish")).status).toBe(400);
  const echo = await app.call("GET", "/v1/posts/echo/all?a=1&a=2");
  expect(echo.text).toBe('{"data":{"query":{"a":"2"},"big":9007199254740993}}');
  expect((await app.call("GET", "/v1/posts/echo/all?teapot")).status).toBe(418);
  const nothing = await app.call("GET", "/v1/posts/echo/all?nothing");
  expect([nothing.status, nothing.text]).toEqual([204, ""]);
  expect((await app.call("POST", "/v1/posts/secure")).status).toBe(401);
});

test.each([
  [
    "controller",
    /count.*posts\.create/s,
    { controllers: { ...functions.controllers, count: undefined }, handlers: functions.handlers },
  ],
  [
    "handler",
    /echo.*posts\.echo/s,
    { controllers: functions.controllers, handlers: { publish: functions.handlers.publish } },
  ],
])("a %s that does not exist stops the start", async (...[, message, broken]) => {
  const starting = startRestWith({ functions: () => broken }, TAGS, LABELS, POSTS);
  await expect(starting).rejects.toMatchObject({
    code: "REST_FUNCTION_MISSING",
    message: expect.stringMatching(message),
  });
});

test("an answer to somebody who was let in is never stored on its way; a public one may be", async () => {
  const authorize = () => ({
    subject: { sub: "ada", role: "admin", tenantId: undefined },
    scope: { owner: undefined, tenant: undefined },
  });
  await using secured = await startRestWith({ authorize, functions: () => functions }, TAGS, LABELS, POSTS);
  const reply = await secured.call("POST", "/v1/posts/secure");
  expect([reply.status, reply.headers.get("cache-control")]).toEqual([200, "no-store"]);
  expect((await secured.call("GET", "/v1/posts")).headers.get("cache-control")).toBeNull();
});
