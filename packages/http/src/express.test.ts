import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express, { Router } from "express";
import { expect, onTestFinished, test } from "vitest";
import type { Finish } from "./app.ts";
import type { Route } from "./exchange.ts";
import { createExpressBase, toExpressHandler } from "./express.ts";
import { readJson } from "./read-json.ts";
import { sendJson } from "./send.ts";
import { startServer } from "./server.test-kit.ts";

const routes: readonly Route[] = [
  {
    method: "GET",
    path: "/posts/:id",
    handle: (x) => sendJson(x, 200, JSON.stringify({ id: x.params["id"], query: x.query })),
  },
  { method: "POST", path: "/posts", handle: async (x) => sendJson(x, 201, JSON.stringify(await readJson(x))) },
  {
    method: "GET",
    path: "/broken",
    handle: () => {
      throw new Error("secret detail");
    },
  },
];

async function startExpress(build: (app: express.Express) => void): Promise<string> {
  const app = express();
  build(app);
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const json = { "Content-Type": "application/json" };

test("routes answer inside an Express service, below any prefix", async () => {
  const url = await startExpress((app) => app.use("/api", toExpressHandler(routes)));
  const response = await fetch(`${url}/api/posts/7?a=b`, { headers: { "X-Request-Id": "r-1" } });
  expect(await response.json()).toEqual({ id: "7", query: "a=b" });
  expect(response.headers.get("x-request-id")).toBe("r-1");
});

test("what no route matches is left to the service", async () => {
  const url = await startExpress((app) => {
    app.use(toExpressHandler(routes));
    app.patch("/posts/:id", (_request, response) => void response.send("patched"));
    app.use((_request, response) => void response.status(404).send("theirs"));
  });
  expect(await (await fetch(`${url}/posts/7`, { method: "PATCH" })).text()).toBe("patched");
  expect(await (await fetch(`${url}/else`)).text()).toBe("theirs");
});

test("headers the service sets stay, and ours join them", async () => {
  const url = await startExpress((app) => {
    app.use((_request, response, next) => {
      response.set("X-Theirs", "1");
      next();
    });
    app.use(toExpressHandler(routes));
  });
  const { headers } = await fetch(`${url}/posts/7`);
  expect([headers.get("x-theirs"), headers.has("content-security-policy")]).toEqual(["1", false]);
  expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
});

test("a body that express.json() has read already is used", async () => {
  const url = await startExpress((app) => app.use(express.json(), toExpressHandler(routes)));
  const response = await fetch(`${url}/posts`, { method: "POST", body: '{"a":1}', headers: json });
  expect([response.status, await response.json()]).toEqual([201, { a: 1 }]);
});

test("a body nobody has read is read, and onFinish is told", async () => {
  const seen: Finish[] = [];
  const url = await startExpress((app) =>
    app.use(toExpressHandler(routes, { onFinish: (_exchange, finish) => void seen.push(finish) })),
  );
  const response = await fetch(`${url}/posts`, { method: "POST", body: '{"a":1}', headers: json });
  expect([response.status, await response.json()]).toEqual([201, { a: 1 }]);
  await expect.poll(() => seen).toMatchObject([{ status: 201, aborted: false }]);
});

test("a failing route answers with the envelope, not with Express's page", async () => {
  const url = await startExpress((app) => app.use(toExpressHandler(routes)));
  const response = await fetch(`${url}/broken`);
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({ error: { code: "INTERNAL_ERROR" } });
});

async function withFallback(): Promise<string> {
  const app = await createExpressBase();
  app.get(
    "/hello/:name",
    (request, response) => void response.json({ hello: request.params.name, q: request.query["q"] }),
  );
  app.get("/fails", () => {
    throw new Error("secret detail");
  });
  app.post("/parsed", express.json(), (request, response) => void response.json(request.body));
  app.patch("/posts/:id", (_request, response) => void response.send("patched"));
  const { url } = await startServer({ routes, app });
  return url;
}

test("an Express application answers what no route matches, with our headers", async () => {
  const url = await withFallback();
  const response = await fetch(`${url}/hello/ann?q=1`);
  expect(await response.json()).toEqual({ hello: "ann", q: "1" });
  expect(response.headers.get("x-request-id")).not.toBeNull();
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  expect(response.headers.has("x-powered-by")).toBe(false);
  expect(response.headers.has("etag")).toBe(false);
  expect((await fetch(`${url}/posts/7`)).status).toBe(200);
  expect(await (await fetch(`${url}/posts/7`, { method: "PATCH" })).text()).toBe("patched");
});

test.each([
  { method: "GET", path: "/nowhere", status: 404, code: "NOT_FOUND" },
  { method: "DELETE", path: "/posts/7", status: 405, code: "METHOD_NOT_ALLOWED" },
  { method: "GET", path: "/fails", status: 500, code: "INTERNAL_ERROR" },
])(
  "what it does not answer or fails at ends in the envelope: $method $path",
  async ({ method, path, status, code }) => {
    const url = await withFallback();
    const response = await fetch(url + path, { method });
    const text = await response.text();
    expect(response.status).toBe(status);
    expect(JSON.parse(text)).toMatchObject({ error: { code, status } });
    expect(text).not.toContain("secret");
  },
);

test("a middleware's own 4xx keeps its status in the envelope", async () => {
  const url = await withFallback();
  const malformed = await fetch(`${url}/parsed`, { method: "POST", body: "{", headers: json });
  expect([malformed.status, await malformed.json()]).toMatchObject([400, { error: { code: "BAD_REQUEST" } }]);
  const large = await fetch(`${url}/parsed`, { method: "POST", body: `"${"x".repeat(200_000)}"`, headers: json });
  expect([large.status, await large.json()]).toMatchObject([413, { error: { code: "PAYLOAD_TOO_LARGE" } }]);
});

test("an application that names itself is silenced", async () => {
  const app = express();
  app.get("/hello", (_request, response) => void response.send("hi"));
  const { url } = await startServer({ routes, app });
  for (const path of ["/hello", "/nowhere"]) {
    expect((await fetch(url + path)).headers.has("x-powered-by")).toBe(false);
  }
});

async function pathsOf(build: (app: express.Express) => void, asked: readonly string[]): Promise<string[]> {
  const app = await createExpressBase();
  build(app);
  const seen: string[] = [];
  const { url } = await startServer({ routes, app, onFinish: ({ route }) => void seen.push(route.path) });
  for (const path of asked) await (await fetch(url + path)).text();
  await expect.poll(() => seen).toHaveLength(asked.length);
  return seen;
}

test.each([
  { what: "a route", asked: "/hello/ann", path: "/hello/:name" },
  { what: "a route of a mounted router", asked: "/admin/users/7?a=b", path: "/admin/users/:id" },
  { what: "the root of a mounted router", asked: "/admin", path: "/admin" },
  { what: "a route of a mounted router that fails", asked: "/admin/broken", path: "/admin/broken" },
  { what: "a route that only looks on", asked: "/watched", path: "unmatched" },
  { what: "a route of ours after one that only looks on", asked: "/posts/7", path: "/posts/:id" },
  { what: "no route but a middleware", asked: "/files/secret", path: "unmatched" },
  { what: "nothing", asked: "/nowhere", path: "unmatched" },
])("in logs and metrics, $what is called $path", async ({ asked, path }) => {
  const build = (app: express.Express): void => {
    const admin = Router();
    admin.get("/", (_request, response) => void response.send("admin"));
    admin.get("/users/:id", (_request, response) => void response.send("user"));
    admin.get("/broken", () => {
      throw new Error("secret detail");
    });
    app.get("/watched", (_request, _response, next) => next());
    app.get("/hello/:name", (_request, response) => void response.send("hello"));
    app.use("/admin", admin);
    app.use("/files", (_request, response) => void response.send("file"));
  };
  expect(await pathsOf(build, [asked])).toEqual([path]);
});

test("however many values a mount point has, the number of names is limited", async () => {
  const build = (app: express.Express): void => {
    const below = Router();
    below.get("/users", (_request, response) => void response.send("users"));
    app.use("/orgs/:org", below);
  };
  const seen = await pathsOf(
    build,
    Array.from({ length: 520 }, (_, org) => `/orgs/${org}/users`),
  );
  expect(new Set(seen).size).toBe(501);
  expect(seen.at(-1)).toBe("unmatched");
});
