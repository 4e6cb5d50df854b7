import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Route } from "./exchange.ts";
import { lastBody, rawClient } from "./raw-client.test-kit.ts";
import { readJson, type ReadJsonOptions } from "./read-json.ts";
import { sendJson } from "./send.ts";
import { startServer } from "./server.test-kit.ts";

const asText = (_key: string, value: unknown): unknown => (typeof value === "bigint" ? `${value}n` : value);

const reading = (options?: ReadJsonOptions): Route[] => [
  {
    method: "POST",
    path: "/",
    handle: async (exchange) => sendJson(exchange, 200, JSON.stringify(await readJson(exchange, options), asText)),
  },
];

const post = (url: string, body: string | Uint8Array, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, {
    method: "POST",
    body: body as Uint8Array<ArrayBuffer>,
    headers: { "Content-Type": "application/json", ...headers },
  });

test.each([
  { contentType: "application/json", status: 200 },
  { contentType: "application/json; charset=utf-8", status: 200 },
  { contentType: 'Application/JSON;charset="UTF-8"', status: 200 },
  { contentType: "application/merge-patch+json", status: 200 },
  { contentType: "application/json; charset=latin1", status: 415 },
  { contentType: "application/json; charset=utf-16", status: 415 },
  { contentType: "text/json", status: 415 },
  { contentType: "text/plain", status: 415 },
  { contentType: "application/x-www-form-urlencoded", status: 415 },
  { contentType: "application/jsonp", status: 415 },
  { contentType: "", status: 415 },
])("Content-Type $contentType is answered $status", async ({ contentType, status }) => {
  const { url } = await startServer({ routes: reading() });
  const response = await post(url, "{}", { "Content-Type": contentType });
  expect(response.status).toBe(status);
});

test.each([
  { encoding: "gzip", pack: gzipSync },
  { encoding: "x-gzip", pack: gzipSync },
  { encoding: "deflate", pack: deflateSync },
  { encoding: "br", pack: brotliCompressSync },
  { encoding: "identity", pack: Buffer.from },
])("a body compressed with $encoding is read", async ({ encoding, pack }) => {
  const { url } = await startServer({ routes: reading() });
  const response = await post(url, pack('{"a":"é"}'), { "Content-Encoding": encoding });
  expect(await response.json()).toEqual({ a: "é" });
});

test.each([
  { encoding: "zstd", status: 415, code: "UNSUPPORTED_MEDIA_TYPE" },
  { encoding: "gzip, gzip", status: 415, code: "UNSUPPORTED_MEDIA_TYPE" },
  { encoding: "gzip", status: 400, code: "BAD_REQUEST" },
])(
  "a body that is not what Content-Encoding $encoding says is answered $status",
  async ({ encoding, status, code }) => {
    const { url } = await startServer({ routes: reading() });
    const response = await post(url, "{}", { "Content-Encoding": encoding });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code } });
  },
);

test("a compressed body that stops early is answered 400", async () => {
  const { url } = await startServer({ routes: reading() });
  const response = await post(url, gzipSync('{"a":"é"}').subarray(0, -9), { "Content-Encoding": "gzip" });
  expect(response.status).toBe(400);
});

test("a small body that unpacks into a large one is answered 413 at the limit", async () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1_048_576, " "));
  expect(bomb.length).toBeLessThan(70_000);
  const { url } = await startServer({ routes: reading() });
  const before = process.memoryUsage().rss;
  const response = await post(url, bomb, { "Content-Encoding": "gzip" });
  expect(response.status).toBe(413);
  expect(process.memoryUsage().rss - before).toBeLessThan(32 * 1_048_576);
});

test.each([
  { what: "malformed", body: '{"a":' },
  { what: "invalid UTF-8", body: Buffer.from([0x22, 0xff, 0xfe, 0x22]) },
  { what: "overlong UTF-8", body: Buffer.from([0x22, 0xc0, 0xaf, 0x22]) },
  { what: "UTF-16", body: Buffer.from('\uFEFF{"a":1}', "utf16le") },
  { what: "only a byte order mark", body: "\uFEFF" },
  { what: "10,000 levels deep", body: "[".repeat(10_000) },
])("a body that is $what is answered 400 in the envelope", async ({ body }) => {
  const { url } = await startServer({ routes: reading() });
  const response = await post(url, body);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { code: "BAD_REQUEST", details: null } });
});

test("a whole number beyond 2^53 is read exactly", async () => {
  const { url } = await startServer({ routes: reading() });
  const response = await post(url, '{"id":9007199254740993,"n":1}');
  expect(await response.json()).toEqual({ id: "9007199254740993n", n: 1 });
});

test("a byte order mark before the JSON is tolerated", async () => {
  const { url } = await startServer({ routes: reading() });
  expect(await (await post(url, '\uFEFF{"a":1}')).json()).toEqual({ a: 1 });
});

test.each([
  { headers: "" },
  { headers: "Content-Length: 0\r\n" },
  { headers: "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n", body: "0\r\n\r\n" },
])("no body ($headers) is answered 400", async ({ headers, body = "" }) => {
  const { port } = await startServer({ routes: reading() });
  const client = await rawClient(port);
  client.write(`POST / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n${headers}\r\n${body}`);
  expect(lastBody(await client.closed())).toMatchObject({
    error: { code: "BAD_REQUEST", message: "The request body is empty; JSON is expected." },
  });
});

test("a body announced as too large is answered 413 before it is sent, and the connection closed", async () => {
  const { port } = await startServer({ routes: reading({ maxBytes: 10 }) });
  const client = await rawClient(port);
  client.write("POST / HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n");
  await client.until("PAYLOAD_TOO_LARGE");
  client.socket.end();
  const text = await client.closed();
  expect(text).toMatch(/^HTTP\/1\.1 413 /);
  expect(text).toMatch(/^connection: close/im);
});

test("a body without a length is answered 413 once it is too large, while the client is still sending", async () => {
  const { port } = await startServer({ routes: reading({ maxBytes: 100_000 }) });
  const client = await rawClient(port);
  const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;
  client.write("POST / HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
  const sending = setInterval(() => client.socket.writable && client.write(chunk), 1);
  await client.until("PAYLOAD_TOO_LARGE");
  const text = await client.closed();
  clearInterval(sending);
  expect(text).toMatch(/^HTTP\/1\.1 413 /);
});

test("a body exactly as large as allowed is read", async () => {
  const { url } = await startServer({ routes: reading({ maxBytes: 10 }) });
  expect((await post(url, '"12345678"')).status).toBe(200);
  expect((await post(url, '"123456789"')).status).toBe(413);
});

test("a client that leaves in the middle of its body ends the reading, not the server", async () => {
  const ended: unknown[] = [];
  const handle: Route["handle"] = async (exchange) => {
    await readJson(exchange).catch((error: unknown) => ended.push(error));
  };
  const { port } = await startServer({ routes: [{ method: "POST", path: "/", handle }] });
  const client = await rawClient(port);
  client.write('POST / HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"a"');
  setTimeout(() => client.socket.destroy(), 20);
  await expect.poll(() => ended).toMatchObject([{ code: "BAD_REQUEST" }]);
});

test("reading twice is a mistake of the handler", async () => {
  const handle: Route["handle"] = async (exchange) => {
    await readJson(exchange);
    await readJson(exchange);
  };
  const { url } = await startServer({ routes: [{ method: "POST", path: "/", handle }] });
  expect((await post(url, "{}")).status).toBe(500);
});

test("no body whatsoever makes the server fail", async () => {
  const { url } = await startServer({ routes: reading() });
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.json().map((text) => Buffer.from(text)),
      ),
      fc.constantFrom("identity", "gzip", "br", "deflate"),
      async (body, encoding) => {
        const response = await post(url, body, { "Content-Encoding": encoding });
        await response.text();
        expect(response.status).toBeLessThan(500);
      },
    ),
    { numRuns: 60 },
  );
});
