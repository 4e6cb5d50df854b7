import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type CachedApp, startCached } from "./cache.test-kit.ts";
import type { Caller } from "./caller.test-kit.ts";
import type { HandlerContext } from "./controller.ts";
import { HttpError } from "@shaperail/http";

const POSTS = `
resource: posts
version: 1
schema:
  id: { type: integer, primary: true, required: true }
  title: { type: string, required: true }
  author_id: { type: integer }
  deleted_at: { type: timestamp }
endpoints:
  list: { auth: public, filters: [title], sort: [title], pagination: offset, cache: { ttl: 60 } }
  get: { auth: public, cache: { ttl: 60, stale: 60 } }
  on_create: { method: GET, path: /posts/on_create, auth: public, handler: count, cache: { ttl: 60, invalidate_on: [create] } }
  on_change: { method: GET, path: /posts/on_change, auth: public, handler: count, cache: { ttl: 60, invalidate_on: [update, delete] } }
  on_nothing: { method: GET, path: /posts/on_nothing, auth: public, handler: count, cache: { ttl: 60, invalidate_on: [] } }
  mine: { method: GET, path: /posts/mine/:kind, auth: public, handler: mine, cache: { ttl: 60 } }
  create: { auth: public, controller: { before: refuse, after: [tell, fail] } }
  bulk_create: { method: POST, path: /posts/bulk, auth: public }
  update: { auth: public }
  delete: { auth: public }
  bulk_delete: { method: DELETE, path: /posts/bulk, auth: public }
  publish: { method: POST, path: /posts/publish, auth: public, handler: publish }
relations:
  author: { resource: people, type: belongs_to, key: author_id }
`;
const POSTS_2 = `
resource: posts
version: 2
schema:
  id: { type: integer, primary: true, required: true }
  title: { type: string, required: true }
  deleted_at: { type: timestamp }
endpoints:
  list: { auth: public, cache: { ttl: 60 } }
`;
const PEOPLE = `
resource: people
version: 1
schema:
  id: { type: integer, primary: true, required: true }
  name: { type: string, required: true }
endpoints:
  list: { auth: [member, admin], cache: { ttl: 60 } }
  get: { auth: [member, admin], cache: { ttl: 60 } }
  update: { auth: public }
`;

const ann: Caller = { sub: "ann", role: "member" };
const bob: Caller = { sub: "bob", role: "member" };
const boss: Caller = { sub: "boss", role: "admin" };

const functions = () => ({
  controllers: {
    refuse: ({ input, invalidate }: { input: { title?: string }; invalidate: (name: string) => void }) => {
      if (input.title === "mistaken") invalidate("nobodies");
      if (input.title === "refused") throw new HttpError("No", { code: "FORBIDDEN" });
    },
    tell: ({ input, invalidate }: { input: { title?: string }; invalidate: (name: string) => void }) => {
      if (input.title === "tells") invalidate("people");
    },
    fail: ({ input }: { input: { title?: string } }) => {
      if (input.title === "fails") throw new HttpError("Too late", { code: "CONFLICT" });
    },
  },
  handlers: {
    count: () => (handled += 1),
    mine: (context: HandlerContext) => {
      const { user, response_headers: headers } = context;
      const { kind } = context.path_params;
      handled += 1;
      if (kind === "cookie") headers.push(["Set-Cookie", "a=b"]);
      if (kind === "private") headers.push(["Cache-Control", "private"]);
      if (kind === "teapot") context.status = 418;
      if (kind === "broken") throw new HttpError("Broken", { code: "CONFLICT" });
      headers.push(["X-Kind", kind ?? ""]);
      return { kind, sub: user?.sub ?? null };
    },
    publish: (context: HandlerContext) => {
      const { query, invalidate } = context;
      if (query.has("people")) invalidate("people", "posts");
      if (query.has("fail")) throw new HttpError("No", { code: "CONFLICT" });
      if (query.has("status")) context.status = 409;
      return { published: true };
    },
  },
});

let handled = 0;
let app: CachedApp;
let next = 100;
const newKey = (): number => (next += 1);
beforeAll(async () => {
  app = await startCached({ functions }, POSTS, POSTS_2, PEOPLE);
  await app.sql("INSERT INTO people (id, name) VALUES (1, 'Ada')");
});
afterAll(() => app[Symbol.asyncDispose]());
beforeEach(async () => {
  await app.sql("DELETE FROM posts");
  await app.sql("UPDATE people SET name = 'Ada'");
  await app.sql(
    "INSERT INTO posts (id, title, author_id) VALUES (1, 'first', 1), (2, 'second', 1), (3, 'third', NULL)",
  );
  // A write of each kind leaves nothing of the test before.
  await app.call("POST", "/v1/posts/publish?people");
  app.statements.length = 0;
});

describe("a cached answer", () => {
  test.each([
    "/v1/posts",
    "/v1/posts/1",
    "/v1/posts?limit=1&filter[title]=first",
    "/v1/posts?include=author&fields=id",
    "/v1/people",
  ])("%s has the bytes and headers of a new one, and runs no statement", async (path) => {
    const first = await app.read(path, ann);
    expect(first.headers.get("x-cache")).toBe("MISS");
    expect(app.statements).toHaveLength(1);
    const second = await app.read(path, ann);
    expect(second.headers.get("x-cache")).toBe("HIT");
    expect(app.statements).toHaveLength(1);
    const comparable = (headers: Headers) =>
      [...headers].filter(([name]) => !["x-cache", "x-request-id", "date"].includes(name));
    expect([second.status, second.text, comparable(second.headers)]).toEqual([
      200,
      first.text,
      comparable(first.headers),
    ]);
  });

  test("HEAD shares it, without the body", async () => {
    await app.read("/v1/posts/1");
    const reply = await app.call("HEAD", "/v1/posts/1");
    expect([reply.headers.get("x-cache"), reply.text]).toEqual(["HIT", ""]);
  });

  test.each([
    { one: "/v1/posts?limit=2&sort=title", other: "/v1/posts?sort=title&limit=2", shared: true },
    { one: "/v1/posts?filter[title]=first", other: "/v1/posts?filter%5Btitle%5D=first&", shared: true },
    { one: "/v1/posts?limit=3", other: "/v1/posts?limit=1&limit=3", shared: true },
    { one: "/v1/posts?limit=3&nocache=0", other: "/v1/posts?limit=3", shared: true },
    { one: "/v1/posts?sort=title", other: "/v1/posts?sort=-title", shared: false },
    { one: "/v1/posts?filter[title]=a%26b", other: "/v1/posts?filter[title]=a&b", shared: false },
    { one: "/v1/posts/1", other: "/v1/posts/2", shared: false },
    { one: "/v1/posts", other: "/v2/posts", shared: false },
    { one: "/v1/posts/mine/a", other: "/v1/posts/mine/b", shared: false },
  ])("$one and $other are one: $shared", async ({ one, other, shared }) => {
    await app.state(one);
    expect(await app.state(other)).toBe(shared ? "HIT" : "MISS");
  });

  test("If-None-Match is understood, on hits too", async () => {
    const tag = (await app.read("/v1/posts/1")).headers.get("etag") ?? "";
    for (const name of [tag, `W/${tag}`, "*", `"other", ${tag}`]) {
      const reply = await app.read("/v1/posts/1", undefined, { "if-none-match": name });
      expect([reply.status, reply.text, reply.headers.get("x-cache"), reply.headers.get("etag")]).toEqual([
        304,
        "",
        "HIT",
        tag,
      ]);
    }
    expect((await app.read("/v1/posts/1", undefined, { "if-none-match": '"0"' })).status).toBe(200);
    await app.call("PATCH", "/v1/posts/1", { body: { title: "changed" } });
    const changed = await app.read("/v1/posts/1", undefined, { "if-none-match": tag });
    expect([changed.status, changed.json?.data["title"]]).toEqual([200, "changed"]);
  });

  test("an answer to everybody stays one that other caches may keep, whoever asks", async () => {
    expect((await app.read("/v1/posts", ann)).headers.get("cache-control")).toBeNull();
    expect((await app.read("/v1/people", ann)).headers.get("cache-control")).toBe("no-store");
  });
});

describe("what is asked past the cache", () => {
  test.each([
    { what: "nocache=1", path: "/v1/posts?nocache=1", caller: undefined },
    { what: "the role admin", path: "/v1/people", caller: boss },
    { what: "the role admin at a public endpoint", path: "/v1/posts", caller: boss },
  ])("$what bypasses", async ({ path, caller }) => {
    expect(await app.state(path, caller)).toBe("BYPASS");
    expect(await app.state(path, caller)).toBe("BYPASS");
    expect(app.statements).toHaveLength(2);
  });

  test("the new answer is kept", async () => {
    await app.read("/v1/posts/1");
    await app.sql("UPDATE posts SET title = 'behind its back' WHERE id = 1");
    expect((await app.read("/v1/posts/1")).json?.data["title"]).toBe("first");
    expect((await app.read("/v1/posts/1?nocache=1")).json?.data["title"]).toBe("behind its back");
    const after = await app.read("/v1/posts/1");
    expect([after.headers.get("x-cache"), after.json?.data["title"]]).toEqual(["HIT", "behind its back"]);
  });

  test.each(["/v1/posts?note=nocache%3D1", "/v1/posts?xnocache=1", "/v1/posts?nocache=11", "/v1/posts?NOCACHE=1"])(
    "%s does not",
    async (path) => {
      await app.state(path);
      expect(await app.state(path)).toBe("HIT");
    },
  );

  test("the body of a GET is for its handler, not for others", async () => {
    const { request } = await import("node:http");
    const send = () =>
      new Promise<string | undefined>((resolve, reject) => {
        const call = request(`${app.url}/v1/posts/mine/body`, {
          headers: { "content-type": "application/json", "content-length": 2 },
        });
        call.on("response", (response) => resolve(response.resume().headers["x-cache"] as string)).on("error", reject);
        call.end("{}");
      });
    expect([await send(), await send()]).toEqual(["BYPASS", "BYPASS"]);
    expect(await app.state("/v1/posts/mine/body")).toBe("MISS");
  });
});

describe("an answer that is not kept", () => {
  test.each([
    { path: "/v1/posts/999", status: 404 },
    { path: "/v1/posts/x", status: 422 },
    { path: "/v1/posts?limit=x", status: 422 },
    { path: "/v1/posts?a=%ff", status: 400 },
    { path: "/v1/people", status: 401 },
    { path: "/v1/posts/mine/teapot", status: 418 },
    { path: "/v1/posts/mine/broken", status: 409 },
  ])("$path, which is $status", async ({ path, status }) => {
    for (const attempt of [1, 2]) {
      const reply = await app.read(path);
      expect([attempt, reply.status, reply.headers.get("x-cache") === "HIT"]).toEqual([attempt, status, false]);
    }
  });

  test("a row that was not there is seen as soon as it is, without a write that tells", async () => {
    expect((await app.read("/v1/posts/50")).status).toBe(404);
    await app.sql("INSERT INTO posts (id, title) VALUES (50, 'new')");
    expect((await app.read("/v1/posts/50")).status).toBe(200);
  });

  test.each(["cookie", "private"])("what its function says is for one client: %s", async (kind) => {
    await app.state(`/v1/posts/mine/${kind}`);
    expect(await app.state(`/v1/posts/mine/${kind}`)).toBe("MISS");
  });
});

test("the answer of a handler keeps its status and headers, and is kept for the caller it was made for", async () => {
  const path = "/v1/posts/mine/a";
  const first = await app.read(path, ann);
  const again = await app.read(path, ann);
  expect([again.headers.get("x-cache"), again.headers.get("x-kind"), again.text]).toEqual(["HIT", "a", first.text]);
  for (const caller of [bob, undefined, { ...ann, role: "editor" }, { ...ann, tenant: "t" }]) {
    const other = await app.read(path, caller);
    expect(other.headers.get("x-cache")).toBe("MISS");
    expect(other.json?.data["sub"]).toBe(caller?.sub ?? null);
  }
});

describe("a write makes old what depends on it, and nothing else", () => {
  const KEPT = [
    "/v1/posts",
    "/v2/posts",
    "/v1/posts/1",
    "/v1/posts/on_create",
    "/v1/posts/on_change",
    "/v1/posts/on_nothing",
    "/v1/people",
  ];
  const rows = ["/v1/posts", "/v2/posts", "/v1/posts/1"];
  test.each([
    {
      what: "a create",
      call: ["POST", "/v1/posts", { id: newKey(), title: "new" }],
      old: [...rows, "/v1/posts/on_create"],
    },
    {
      what: "a bulk create",
      call: ["POST", "/v1/posts/bulk", [{ id: newKey(), title: "new" }]],
      old: [...rows, "/v1/posts/on_create"],
    },
    { what: "an update", call: ["PATCH", "/v1/posts/2", { title: "new" }], old: [...rows, "/v1/posts/on_change"] },
    { what: "a delete", call: ["DELETE", "/v1/posts/2"], old: [...rows, "/v1/posts/on_change"] },
    { what: "a bulk delete", call: ["DELETE", "/v1/posts/bulk", [2]], old: [...rows, "/v1/posts/on_change"] },
    {
      what: "a custom endpoint that is not GET",
      call: ["POST", "/v1/posts/publish"],
      old: [...rows, "/v1/posts/on_create", "/v1/posts/on_change"],
    },
    { what: "a write on another resource", call: ["PATCH", "/v1/people/1", { name: "Ada" }], old: ["/v1/people"] },
    {
      what: "a controller that says so",
      call: ["POST", "/v1/posts", { id: newKey(), title: "tells" }],
      old: [...rows, "/v1/posts/on_create", "/v1/people"],
    },
    {
      what: "a handler that says so and then refuses",
      call: ["POST", "/v1/posts/publish?people&fail"],
      old: [...rows, "/v1/posts/on_create", "/v1/posts/on_change", "/v1/people"],
    },
    {
      what: "an after-controller that fails, when the row is there",
      call: ["POST", "/v1/posts", { id: newKey(), title: "fails" }],
      old: [...rows, "/v1/posts/on_create"],
    },
    {
      what: "a create that a before-controller refuses, for nobody knows what it did",
      call: ["POST", "/v1/posts", { id: newKey(), title: "refused" }],
      old: [...rows, "/v1/posts/on_create"],
    },
    { what: "an update that is invalid", call: ["PATCH", "/v1/posts/2", { title: 5 }], old: [] },
    { what: "an update of a row that is not there", call: ["PATCH", "/v1/posts/999", { title: "x" }], old: [] },
    { what: "a bulk create that conflicts", call: ["POST", "/v1/posts/bulk", [{ id: 1, title: "x" }]], old: [] },
    { what: "a handler that refuses", call: ["POST", "/v1/posts/publish?fail"], old: [] },
    { what: "a handler that answers with an error", call: ["POST", "/v1/posts/publish?status"], old: [] },
  ] as const)("$what", async ({ call: [method, path, body], old }) => {
    for (const kept of KEPT) await app.state(kept, ann);
    await app.call(method, path, { body });
    const states = await Promise.all(KEPT.map(async (kept) => [kept, await app.state(kept, ann)] as const));
    expect(states.filter(([, state]) => state === "MISS").map(([kept]) => kept)).toEqual(
      KEPT.filter((kept) => old.some((one) => one === kept)),
    );
  });

  test("an included row counts as well as the row itself", async () => {
    for (const path of ["/v1/posts?include=author", "/v1/posts/1?include=author", "/v1/posts/1"])
      await app.state(path, ann);
    await app.call("PATCH", "/v1/people/1", { body: { name: "Countess" } });
    const list = await app.read("/v1/posts?include=author", ann);
    expect([list.headers.get("x-cache"), list.json?.data[0]?.["author"]]).toEqual([
      "MISS",
      { id: 1, name: "Countess" },
    ]);
    expect(await app.state("/v1/posts/1?include=author", ann)).toBe("MISS");
    expect(await app.state("/v1/posts/1", ann)).toBe("HIT");
  });

  test("naming a resource that does not exist is a mistake, not a silence", async () => {
    const reply = await app.call("POST", "/v1/posts", { body: { id: newKey(), title: "mistaken" } });
    expect(reply.status).toBe(500);
  });
});

test("included rows are behind their own rule on every request, and a hit is no way around it", async () => {
  const path = "/v1/posts/1?include=author";
  expect((await app.read(path, ann)).json?.data["author"]).toEqual({ id: 1, name: "Ada" });
  expect(await app.state(path, ann)).toBe("HIT");
  const refused = await app.read(path);
  expect([refused.status, refused.headers.get("x-cache")]).toEqual([401, null]);
  expect((await app.read("/v1/posts/1?%69nclude=author")).status).toBe(401);
  expect((await app.read("/v1/posts/1?include=nobody,author")).status).toBe(401);
  expect((await app.read(path, { sub: "eve", role: "stranger" })).status).toBe(403);
});

test("a hundred who ask for what is not there yet make one statement", async () => {
  const replies = await Promise.all(Array.from({ length: 100 }, () => app.read("/v1/posts?sort=title")));
  expect(app.statements).toHaveLength(1);
  expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
  expect(replies.every(({ status }) => status === 200)).toBe(true);
});
