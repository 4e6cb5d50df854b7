import type { Logger, LogFields } from "@shaperail/core";
import { noopLogger } from "@shaperail/core";
import { expect, test } from "vitest";
import { createHttpApp, type Finish } from "./app.ts";
import { HttpError } from "./errors.ts";
import type { Exchange, Route } from "./exchange.ts";
import { deferred, get, lastBody, rawClient } from "./raw-client.test-kit.ts";
import { send, sendJson } from "./send.ts";
import { startServer } from "./server.test-kit.ts";

const echo = (exchange: Exchange): void =>
  sendJson(exchange, 200, JSON.stringify({ params: { ...exchange.params }, query: exchange.query }));

const routes: readonly Route[] = [
  { method: "GET", path: "/v1/posts", handle: echo },
  { method: "GET", path: "/v1/posts/:id", handle: echo },
  { method: "DELETE", path: "/v1/posts/:id", handle: (exchange) => send(exchange, { status: 204, body: "no" }) },
];

const failing = (fail: () => Promise<void> | void): Route[] => [{ method: "GET", path: "/", handle: fail }];

interface Line {
  readonly message: string;
  readonly fields: LogFields | undefined;
}

function recordingLogger(lines: Line[]): Logger {
  return { ...noopLogger, error: (message, fields) => void lines.push({ message, fields }) };
}

test.each([
  { path: "/v1/posts", params: {}, query: "" },
  { path: "/v1/posts?limit=2&filter%5Ba%5D=1", params: {}, query: "limit=2&filter%5Ba%5D=1" },
  { path: "/v1/posts/7?x=%zz", params: { id: "7" }, query: "x=%zz" },
  { path: "/v1/posts/a%2Fb%20%C3%A9", params: { id: "a/b é" }, query: "" },
])("GET $path reaches its handler with parameters and the raw query", async ({ path, params, query }) => {
  const { url } = await startServer({ routes });
  const response = await fetch(url + path);
  expect(await response.json()).toEqual({ params, query });
});

test("a parameter the route does not have is not there, whatever its name", async () => {
  const { url } = await startServer({
    routes: [
      { method: "GET", path: "/:id", handle: (x) => sendJson(x, 200, JSON.stringify([typeof x.params["toString"]])) },
    ],
  });
  const response = await fetch(`${url}/1`);
  expect(await response.json()).toEqual(["undefined"]);
});

test("a response says its type, its length in bytes and its request id", async () => {
  const { url } = await startServer({
    routes: [{ method: "GET", path: "/", handle: (exchange) => sendJson(exchange, 200, '"é"', { "X-Cache": "HIT" }) }],
  });
  const { headers } = await fetch(`${url}/`);
  expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
  expect(headers.get("content-length")).toBe("4");
  expect(headers.get("x-cache")).toBe("HIT");
  expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
});

test("every response carries the security headers and does not say what made it", async () => {
  const { url } = await startServer({ routes });
  for (const path of ["/v1/posts", "/nowhere"]) {
    const { headers } = await fetch(url + path);
    expect(Object.fromEntries(headers)).toMatchObject({
      "content-security-policy": "default-src 'none';frame-ancestors 'none'",
      "cross-origin-resource-policy": "same-origin",
      "referrer-policy": "no-referrer",
      "strict-transport-security": "max-age=31536000; includeSubDomains",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
    });
    expect(headers.has("x-powered-by")).toBe(false);
    expect(headers.has("access-control-allow-origin")).toBe(false);
  }
});

test("a header of the answer replaces the one every response carries", async () => {
  const headers = { "content-security-policy": "default-src 'self'" };
  const { url } = await startServer({
    routes: [{ method: "GET", path: "/", handle: (exchange) => send(exchange, { status: 200, headers, body: "x" }) }],
  });
  const response = await fetch(`${url}/`);
  expect(response.headers.get("content-security-policy")).toBe("default-src 'self'");
});

test.each([
  { sent: "abc-123_x.Y", echoed: true },
  { sent: "a".repeat(128), echoed: true },
  { sent: "a".repeat(129), echoed: false },
  { sent: 'x"},{"level":"INFO', echoed: false },
  { sent: "a b", echoed: false },
])("the request id $sent is taken over: $echoed", async ({ sent, echoed }) => {
  const { url } = await startServer({ routes });
  const response = await fetch(`${url}/nowhere`, { headers: { "X-Request-Id": sent } });
  const id = response.headers.get("x-request-id");
  expect(id === sent).toBe(echoed);
  expect(await response.json()).toMatchObject({ error: { request_id: id } });
});

test("HEAD answers like GET without a body", async () => {
  const { port } = await startServer({ routes });
  const client = await rawClient(port);
  client.write("HEAD /v1/posts/7 HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
  const text = await client.closed();
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(text).toContain(`Content-Length: ${JSON.stringify({ params: { id: "7" }, query: "" }).length}`);
  expect(text.endsWith("\r\n\r\n")).toBe(true);
});

test("204 has neither body, nor length, nor type", async () => {
  const { port } = await startServer({ routes });
  const client = await rawClient(port);
  client.write("DELETE /v1/posts/7 HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
  const text = await client.closed();
  expect(text).toMatch(/^HTTP\/1\.1 204 /);
  expect(text).not.toMatch(/^content-(?:length|type):/im);
  expect(text.endsWith("\r\n\r\n")).toBe(true);
});

test.each([
  { method: "GET", path: "/nowhere", status: 404, code: "NOT_FOUND", allow: null },
  { method: "OPTIONS", path: "/nowhere", status: 404, code: "NOT_FOUND", allow: null },
  {
    method: "PATCH",
    path: "/v1/posts/7",
    status: 405,
    code: "METHOD_NOT_ALLOWED",
    allow: "GET, HEAD, DELETE, OPTIONS",
  },
  { method: "PROPFIND", path: "/v1/posts", status: 405, code: "METHOD_NOT_ALLOWED", allow: "GET, HEAD, OPTIONS" },
  { method: "GET", path: "/v1/posts/%zz", status: 400, code: "BAD_REQUEST", allow: null },
  { method: "PUT", path: "/v1/posts/%zz", status: 400, code: "BAD_REQUEST", allow: null },
  { method: "GET", path: `/v1/posts/${"a".repeat(8_200)}`, status: 414, code: "URI_TOO_LONG", allow: null },
])("$method $path is refused with $status in the envelope", async ({ method, path, status, code, allow }) => {
  const { url } = await startServer({ routes });
  const response = await fetch(url + path, { method });
  expect(response.status).toBe(status);
  expect(response.headers.get("allow")).toBe(allow);
  expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
  expect(await response.json()).toMatchObject({ error: { code, status, details: null } });
});

test("TRACE does not echo the request", async () => {
  const { port } = await startServer({ routes });
  const client = await rawClient(port);
  client.write("TRACE /v1/posts HTTP/1.1\r\nHost: test\r\nX-Secret: s3cret\r\nConnection: close\r\n\r\n");
  const text = await client.closed();
  expect(text).toMatch(/^HTTP\/1\.1 405 /);
  expect(text).not.toContain("s3cret");
});

test("a method override header changes nothing", async () => {
  const { url } = await startServer({ routes });
  const response = await fetch(`${url}/v1/posts/7`, { headers: { "X-HTTP-Method-Override": "DELETE" } });
  expect(response.status).toBe(200);
});

test("OPTIONS answers 204 with what the path allows", async () => {
  const { url } = await startServer({ routes });
  const response = await fetch(`${url}/v1/posts/7`, { method: "OPTIONS" });
  expect(response.status).toBe(204);
  expect(response.headers.get("allow")).toBe("GET, HEAD, DELETE, OPTIONS");
});

test("a request without a Host is refused", async () => {
  const { port } = await startServer({ routes });
  const client = await rawClient(port);
  client.write("GET /v1/posts HTTP/1.1\r\n\r\n");
  const text = await client.closed();
  expect(text).toMatch(/^HTTP\/1\.1 400 /);
  expect(lastBody(text)).toMatchObject({ error: { code: "BAD_REQUEST" } });
});

test.each([
  {
    how: "throws",
    fail: () => {
      throw new Error("secret detail");
    },
  },
  {
    how: "rejects",
    fail: async () => {
      throw new Error("secret detail");
    },
  },
  {
    how: "throws a string",
    fail: () => {
      throw "secret detail" as unknown as Error;
    },
  },
])("a handler that $how is a 500 without internals, logged with its cause", async ({ fail }) => {
  const lines: Line[] = [];
  const { url } = await startServer({ routes: failing(fail), logger: recordingLogger(lines) });
  const response = await fetch(`${url}/`, { headers: { "X-Request-Id": "r-7" } });
  expect(response.status).toBe(500);
  const text = await response.text();
  expect(JSON.parse(text)).toMatchObject({ error: { code: "INTERNAL_ERROR", message: "Internal server error" } });
  expect(text).not.toContain("secret");
  expect(lines).toHaveLength(1);
  expect(lines[0]?.fields).toMatchObject({ request_id: "r-7", method: "GET", path: "/" });
  expect(lines[0]?.fields?.["error"]).toBeDefined();
});

test("an HttpError is sent with its message, its issues and its headers, and is not logged below 500", async () => {
  const lines: Line[] = [];
  const fail = (): never => {
    throw new HttpError("Rate limit exceeded", { code: "RATE_LIMITED", headers: { "Retry-After": "3" } });
  };
  const { url } = await startServer({ routes: failing(fail), logger: recordingLogger(lines) });
  const response = await fetch(`${url}/`);
  expect(response.status).toBe(429);
  expect(response.headers.get("retry-after")).toBe("3");
  expect(await response.json()).toMatchObject({ error: { code: "RATE_LIMITED", message: "Rate limit exceeded" } });
  expect(lines).toEqual([]);
});

test("a header value that could split the response is refused, not sent", async () => {
  const { url } = await startServer({
    routes: [{ method: "GET", path: "/", handle: (x) => sendJson(x, 200, "{}", { "X-A": "b\r\nSet-Cookie: c" }) }],
  });
  const response = await fetch(`${url}/`);
  expect(response.status).toBe(500);
  expect(response.headers.has("set-cookie")).toBe(false);
});

test("a handler that fails after it began to answer cuts the connection", async () => {
  const handle = async ({ response }: Exchange): Promise<void> => {
    response.writeHead(200, { "Content-Type": "text/plain" });
    response.write("half");
    throw new Error("broken");
  };
  const { port } = await startServer({ routes: [{ method: "GET", path: "/", handle }] });
  const client = await rawClient(port);
  client.write(get("/"));
  const text = await client.closed();
  expect(text).toContain("half");
  expect(text).not.toContain("\r\n0\r\n\r\n");
});

test("an answer after the answer is ignored", async () => {
  const handle = (exchange: Exchange): void => {
    sendJson(exchange, 200, "1");
    sendJson(exchange, 200, "2");
    throw new Error("and then it fails");
  };
  const { url } = await startServer({ routes: [{ method: "GET", path: "/", handle }] });
  const response = await fetch(`${url}/`);
  expect([response.status, await response.text()]).toEqual([200, "1"]);
});

test("onFinish is told once how each request ended, under the template of its route", async () => {
  const seen: (Finish & { path: string })[] = [];
  const { url } = await startServer({
    routes,
    onFinish: (exchange, finish) => void seen.push({ path: exchange.route.path, ...finish }),
  });
  await (await fetch(`${url}/v1/posts/7`)).text();
  await (await fetch(`${url}/v1/posts/8`, { method: "PATCH" })).text();
  await (await fetch(`${url}/nowhere`)).text();
  expect(seen).toMatchObject([
    { path: "/v1/posts/:id", status: 200, aborted: false },
    { path: "/v1/posts/:id", status: 405, aborted: false },
    { path: "unmatched", status: 404, aborted: false },
  ]);
  expect(seen.every(({ durationMs }) => durationMs > 0 && durationMs < 5_000)).toBe(true);
});

test("a client that leaves is no error: onFinish says aborted, and the late answer is dropped", async () => {
  const finished = deferred<Finish>();
  const answered = deferred<void>();
  const lines: Line[] = [];
  const handle = async (exchange: Exchange): Promise<void> => {
    await finished.promise;
    sendJson(exchange, 200, "{}");
    exchange.response.write("more");
    answered.resolve();
    throw new Error("late failure");
  };
  const { port } = await startServer({
    routes: [{ method: "GET", path: "/", handle }],
    logger: recordingLogger(lines),
    onFinish: (_exchange, finish) => finished.resolve(finish),
  });
  const client = await rawClient(port);
  client.write(get("/"));
  setTimeout(() => client.socket.destroy(), 10);
  await answered.promise;
  expect(await finished.promise).toMatchObject({ aborted: true });
  expect(lines).toEqual([]);
});

test("around wraps the work, and a fault in it is a 500", async () => {
  const order: string[] = [];
  const good = await startServer({
    routes: [
      {
        method: "GET",
        path: "/",
        handle: (x) => {
          order.push("handler");
          sendJson(x, 200, "{}");
        },
      },
    ],
    around: (exchange, run) => {
      order.push(`before ${exchange.route.path}`);
      run();
      order.push("after");
    },
  });
  expect((await fetch(`${good.url}/`)).status).toBe(200);
  expect(order).toEqual(["before /", "handler", "after"]);

  const bad = await startServer({
    routes,
    around: () => {
      throw new Error("no context");
    },
  });
  expect((await fetch(`${bad.url}/v1/posts`)).status).toBe(500);
});

test("a fault in onFinish is logged and hurts nobody", async () => {
  const lines: Line[] = [];
  const { url } = await startServer({
    routes,
    logger: recordingLogger(lines),
    onFinish: () => {
      throw new Error("x");
    },
  });
  expect((await fetch(`${url}/v1/posts`)).status).toBe(200);
  await expect.poll(() => lines.map(({ message }) => message)).toEqual(["onFinish failed"]);
});

test.each([
  { what: "the same route twice", paths: ["/a", "/a"] },
  { what: "a path that does not begin with a slash", paths: ["a"] },
])("$what is a TypeError when the application is built", ({ paths }) => {
  const twice = paths.map((path): Route => ({ method: "GET", path, handle: echo }));
  expect(() => createHttpApp({ routes: twice })).toThrow(TypeError);
});
