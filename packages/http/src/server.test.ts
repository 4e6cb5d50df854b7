import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { Exchange, Route } from "./exchange.ts";
import { get, lastBody, rawClient } from "./raw-client.test-kit.ts";
import { readJson } from "./read-json.ts";
import { sendJson } from "./send.ts";
import { createHttpServer } from "./server.ts";
import { startServer } from "./server.test-kit.ts";

const ok = (exchange: Exchange): void => sendJson(exchange, 200, JSON.stringify(exchange.route.path));
const routes: readonly Route[] = [
  { method: "GET", path: "/a", handle: ok },
  { method: "GET", path: "/b", handle: ok },
  { method: "POST", path: "/a", handle: async (x) => sendJson(x, 200, JSON.stringify(await readJson(x))) },
];

const smuggling = "POST /a HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n";

test.each([
  {
    what: "length and chunks",
    bytes: `${smuggling}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /b`,
  },
  { what: "two lengths", bytes: `${smuggling}Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}` },
  { what: "a length with a sign", bytes: `${smuggling}Content-Length: +2\r\n\r\n{}` },
  { what: "a length that is no number", bytes: `${smuggling}Content-Length: 2, 2\r\n\r\n{}` },
  { what: "chunks that are not last", bytes: `${smuggling}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n` },
  { what: "an unknown transfer encoding", bytes: `${smuggling}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n` },
  { what: "a space before the colon", bytes: `${smuggling}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n` },
  { what: "a folded header", bytes: "GET /a HTTP/1.1\r\nHost: test\r\nX-A: 1\r\n 2\r\n\r\n" },
  { what: "line feeds alone", bytes: "GET /a HTTP/1.1\nHost: test\n\n" },
  { what: "a bad chunk size", bytes: `${smuggling}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n` },
  { what: "a chunk longer than its size", bytes: `${smuggling}Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n` },
  { what: "a NUL in a header", bytes: "GET /a HTTP/1.1\r\nHost: test\r\nX-A: a\0b\r\n\r\n" },
  { what: "an unknown method", bytes: "HACK /a HTTP/1.1\r\nHost: test\r\n\r\n" },
  { what: "an unknown version", bytes: "GET /a HTTP/3.7\r\nHost: test\r\n\r\n" },
  { what: "TLS on a plain port", bytes: Buffer.from("16030100a5010000a10303", "hex") },
])("$what is answered 400 in the envelope and the connection closed", async ({ bytes }) => {
  const { port } = await startServer({ routes });
  const client = await rawClient(port);
  client.write(bytes);
  await client.until("}}");
  client.socket.end();
  const text = await client.closed();
  expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  expect(text).toMatch(/^connection: close/im);
  expect(lastBody(text)).toMatchObject({ error: { code: "BAD_REQUEST", status: 400, details: null } });
  expect(text.match(/HTTP\/1\.1 /g)).toHaveLength(1);
});

test.each([
  {
    what: "64 kB in one header",
    bytes: get("/a", `X-A: ${"a".repeat(65_536)}\r\n`),
    status: 431,
    code: "HEADERS_TOO_LARGE",
  },
  { what: "10,000 headers", bytes: get("/a", "X-A: 1\r\n".repeat(10_000)), status: 431, code: "HEADERS_TOO_LARGE" },
  { what: "a URL of 100 kB", bytes: get(`/${"a".repeat(100_000)}`), status: 414, code: "URI_TOO_LONG" },
  { what: "a URL of 9 kB", bytes: get(`/${"a".repeat(9_000)}`), status: 414, code: "URI_TOO_LONG" },
])("$what is answered $status in the envelope", async ({ bytes, status, code }) => {
  const { port } = await startServer({ routes });
  const client = await rawClient(port);
  client.write(bytes);
  const text = await client.until("}}");
  client.socket.end();
  expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(lastBody(text)).toMatchObject({ error: { code, status } });
});

test("no header is dropped without a word: 3,000 small ones arrive, all of them", async () => {
  const count = (exchange: Exchange): void => sendJson(exchange, 200, String(exchange.request.rawHeaders.length / 2));
  const { port } = await startServer({ routes: [{ method: "GET", path: "/", handle: count }] });
  const client = await rawClient(port);
  client.write(get("/", "a:\r\n".repeat(3_000) + "Connection: close\r\n"));
  expect(lastBody(await client.closed())).toBe(3_002);
});

test("pipelined requests are answered in order, and garbage behind them takes nothing from them", async () => {
  const slow = async (exchange: Exchange): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    ok(exchange);
  };
  const { port } = await startServer({ routes: [...routes, { method: "GET", path: "/slow", handle: slow }] });
  const client = await rawClient(port);
  client.write(get("/slow") + get("/b") + "GARBAGE\r\n\r\n");
  const text = await client.closed();
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 200"]);
  expect(text.indexOf('"/slow"')).toBeLessThan(text.indexOf('"/b"'));
});

test("the limits are the documented ones unless said otherwise, and a connection is kept for more requests", async () => {
  const { port } = await startServer({ routes, maxRequestsPerSocket: 2 });
  const client = await rawClient(port);
  client.write(get("/a"));
  expect(await client.until('"/a"')).toMatch(/^keep-alive: timeout=72/im);
  client.write(get("/b"));
  expect(await client.closed()).toMatch(/^connection: close/im);
});

test.each([
  { what: "headers", bytes: "GET /a HTTP/1.1\r\nHost: test\r\nX-A: ", status: 408 },
  { what: "body", bytes: `${smuggling}Content-Length: 100\r\n\r\n{`, status: 408 },
])("a client slow with its $what is answered 408 and cut", async ({ bytes, status }) => {
  const { port } = await startServer({ routes, headersTimeoutMs: 30, requestTimeoutMs: 30, checkIntervalMs: 10 });
  const client = await rawClient(port);
  client.write(bytes);
  const text = await client.until("}}");
  expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(lastBody(text)).toMatchObject({ error: { code: "REQUEST_TIMEOUT" } });
  await client.closed();
});

test("a request time-out shorter than that of the headers shortens that one too", async () => {
  const { url } = await startServer({ routes, requestTimeoutMs: 2_000 });
  expect((await fetch(`${url}/a`)).status).toBe(200);
});

test("a handler that never answers is answered for, with 503", async () => {
  const never: Route = { method: "GET", path: "/", handle: () => undefined };
  const { url } = await startServer({ routes: [never], answerTimeoutMs: 20, checkIntervalMs: 10 });
  const response = await fetch(`${url}/`);
  expect([response.status, await response.json()]).toMatchObject([503, { error: { code: "SERVICE_UNAVAILABLE" } }]);
});

test("a client that does not take its answer is cut", async () => {
  const large = JSON.stringify("x".repeat(16_000_000));
  const { port } = await startServer({
    routes: [{ method: "GET", path: "/", handle: (exchange) => sendJson(exchange, 200, large) }],
    sendTimeoutMs: 40,
    checkIntervalMs: 10,
  });
  const client = await rawClient(port);
  client.socket.pause();
  client.write(get("/"));
  await new Promise((resolve) => setTimeout(resolve, 120));
  client.socket.resume();
  expect((await client.closed()).length).toBeLessThan(large.length);
});

test("more connections than allowed are closed at once", async () => {
  const { port } = await startServer({ routes, maxConnections: 1 });
  const first = await rawClient(port);
  first.write(get("/a"));
  await first.until('"/a"');
  const second = await rawClient(port);
  expect(await second.closed()).toBe("");
});

test("a port in use is an error that names the setting", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void taken.close());
  const { port } = taken.address() as { port: number };
  const server = createHttpServer({ handle: () => undefined, port, host: "127.0.0.1" });
  await expect(server.listen()).rejects.toMatchObject({
    name: "HttpServerError",
    code: "HTTP_PORT_IN_USE",
    message: `Port ${port} on 127.0.0.1 is in use.`,
    hint: expect.stringMatching(/`port:`.*SHAPERAIL_PORT/),
    details: { port, host: "127.0.0.1" },
  });
  await server.close();
});

test.each([
  { host: "203.0.113.1", code: "HTTP_HOST_UNAVAILABLE" },
  { host: "name.invalid", code: "HTTP_HOST_UNAVAILABLE" },
])("a host that is not here ($host) is $code", async ({ host, code }) => {
  const server = createHttpServer({ handle: () => undefined, port: 0, host });
  await expect(server.listen()).rejects.toMatchObject({ code });
});

test("listening twice is listening once; a closed server does not listen again", async () => {
  const server = createHttpServer({ handle: () => undefined, port: 0, host: "127.0.0.1" });
  const first = await server.listen();
  expect(await server.listen()).toEqual(first);
  await server.close();
  await expect(server.listen()).rejects.toMatchObject({ code: "HTTP_SERVER_CLOSED" });
});

test("closing a server that never listened is done at once", async () => {
  const server = createHttpServer({ handle: () => undefined, port: 0 });
  expect(await server.drain()).toEqual({ cut: [] });
  await server.close();
});
