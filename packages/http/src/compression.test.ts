import { randomBytes } from "node:crypto";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { brotliCompressSync, brotliDecompressSync, gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { Answer } from "./answer.ts";
import type { HttpAppOptions } from "./app.ts";
import { HttpError } from "./errors.ts";
import type { Exchange, Route } from "./exchange.ts";
import { send, sendJson } from "./send.ts";
import { startServer } from "./server.test-kit.ts";

const large = JSON.stringify({ data: "é".repeat(1_000) });
const json = "application/json; charset=utf-8";

interface Received {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly raw: Buffer;
  readonly text: string;
}

interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

// Unlike fetch, it asks for no coding by itself and unpacks nothing by itself.
function ask(url: string, { method = "GET", headers = {} }: Asking = {}): Promise<Received> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const raw = Buffer.concat(chunks);
        resolve({ status: response.statusCode, headers: response.headers, raw, text: unpack(response.headers, raw) });
      });
    });
    request.on("error", reject).end();
  });
}

function unpack({ "content-encoding": coding }: IncomingHttpHeaders, raw: Buffer): string {
  if (raw.length === 0 || coding === undefined) return raw.toString();
  return (coding === "br" ? brotliDecompressSync(raw) : gunzipSync(raw)).toString();
}

async function answering(answer: Answer, options: Partial<HttpAppOptions> = {}): Promise<string> {
  const { url } = await startServer({
    routes: [{ method: "GET", path: "/", handle: (exchange) => send(exchange, answer) }],
    ...options,
  });
  return url;
}

test.each([{ coding: "gzip" }, { coding: "br" }])("a client that asks for $coding gets it", async ({ coding }) => {
  const url = await answering({ status: 200, contentType: json, body: large });
  const { headers, raw, text } = await ask(url, { headers: { "Accept-Encoding": coding } });
  expect(text).toBe(large);
  expect(raw.length).toBeLessThan(200);
  expect(headers).toMatchObject({
    "content-encoding": coding,
    "content-length": String(raw.length),
    "content-type": json,
    vary: "Accept-Encoding",
    "x-content-type-options": "nosniff",
  });
});

test("a client that does not ask gets the body as it is, and a cache learns that others may not", async () => {
  const url = await answering({ status: 200, contentType: json, body: large });
  const { headers, text } = await ask(url);
  expect(text).toBe(large);
  expect(headers).toMatchObject({ vary: "Accept-Encoding", "content-length": String(Buffer.byteLength(large)) });
  expect(headers).not.toHaveProperty("content-encoding");
});

const text = "x".repeat(2_000);

test.each([
  { what: "a body of 1,399 bytes", answer: { status: 200, contentType: json, body: "1".repeat(1_399) } },
  { what: "an image", answer: { status: 200, contentType: "image/png", body: text } },
  { what: "a body of no type", answer: { status: 200, body: text } },
  { what: "a part", answer: { status: 206, contentType: json, body: text } },
  { what: "an answer with a secret", answer: { status: 200, contentType: json, body: text, compress: false } },
  {
    what: "what nobody may transform",
    answer: { status: 200, contentType: json, body: text, headers: { "cache-control": "private, no-transform" } },
  },
  { what: "no content", answer: { status: 204, contentType: json, body: text } },
])("$what is never compressed, and says nothing of codings", async ({ answer }) => {
  const { headers } = await ask(await answering(answer), { headers: { "Accept-Encoding": "gzip, br" } });
  expect(headers).not.toHaveProperty("content-encoding");
  expect(headers).not.toHaveProperty("vary");
});

test("a body that its handler has coded is left alone", async () => {
  const body = brotliCompressSync(randomBytes(2_000));
  const url = await answering({ status: 200, contentType: json, body, headers: { "Content-Encoding": "br" } });
  const received = await ask(url, { headers: { "Accept-Encoding": "gzip" } });
  expect([received.headers["content-encoding"], received.raw.equals(body)]).toEqual(["br", true]);
});

test.each([
  "application/json",
  "application/problem+json",
  "application/yaml",
  "application/openmetrics-text; version=1.0.0",
  "text/html; charset=utf-8",
  "TEXT/PLAIN",
  "image/svg+xml",
])("%s is compressed", async (contentType) => {
  const url = await answering({ status: 200, contentType, body: Buffer.from(text) });
  expect((await ask(url, { headers: { "Accept-Encoding": "gzip" } })).text).toBe(text);
});

test.each([
  { compression: false, size: 5_000, coded: false },
  { compression: true, size: 1_400, coded: true },
  { compression: { minBytes: 10 }, size: 50, coded: true },
  { compression: {}, size: 1_399, coded: false },
])("with compression $compression a body of $size bytes is compressed: $coded", async (row) => {
  const answer = { status: 200, contentType: json, body: "1".repeat(row.size) };
  const url = await answering(answer, { compression: row.compression });
  const { headers } = await ask(url, { headers: { "Accept-Encoding": "gzip" } });
  expect(headers["content-encoding"] === "gzip").toBe(row.coded);
});

test("HEAD has the headers of GET, but for a length that nobody has computed", async () => {
  const url = await answering({ status: 200, contentType: json, body: large, headers: { ETag: '"7"' } });
  const asking = { headers: { "Accept-Encoding": "gzip" } };
  const [head, get] = [await ask(url, { ...asking, method: "HEAD" }), await ask(url, asking)];
  expect(head.raw).toHaveLength(0);
  const { "content-length": _length, date: _date, "x-request-id": _id, ...expected } = get.headers;
  expect(head.headers).toMatchObject(expected);
  expect(head.headers).not.toHaveProperty("content-length");
  expect(head.headers).not.toHaveProperty("transfer-encoding");
});

test("a large error is compressed like any answer", async () => {
  const fail = (): never => {
    const issues = Array.from({ length: 50 }, (_, n) => ({ field: `items[${n}]`, message: "too long", code: "max" }));
    throw new HttpError("Invalid.", { code: "VALIDATION_ERROR", issues });
  };
  const { url } = await startServer({ routes: [{ method: "GET", path: "/", handle: fail }] });
  const received = await ask(url, { headers: { "Accept-Encoding": "br" } });
  expect([received.status, received.headers["content-encoding"]]).toEqual([422, "br"]);
  expect(JSON.parse(received.text)).toMatchObject({ error: { code: "VALIDATION_ERROR" } });
});

// The way rest treats tags: a version, which both conditions compare.
const row: Route = {
  method: "GET",
  path: "/",
  handle: (exchange) => {
    const { "if-none-match": none, "if-match": match } = exchange.request.headers;
    const names = (condition: string): boolean => condition.split(",").some((name) => name.trim() === '"7"');
    if (none !== undefined && names(none)) return send(exchange, { status: 304, headers: { ETag: '"7"' } });
    if (match !== undefined && !names(match)) throw new HttpError("Changed.", { code: "PRECONDITION_FAILED" });
    return sendJson(exchange, 200, large, { ETag: '"7"' });
  },
};

test.each([
  { coding: "identity", tag: '"7"' },
  { coding: "gzip", tag: '"7-gzip"' },
  { coding: "br", tag: '"7-br"' },
])(
  "the entity tag of an answer in $coding is strong, its own, and good for 304 and If-Match",
  async ({ coding, tag }) => {
    const { url } = await startServer({ routes: [row] });
    const accept = { "Accept-Encoding": coding };
    expect((await ask(url, { headers: accept })).headers.etag).toBe(tag);
    const unchanged = await ask(url, { headers: { ...accept, "If-None-Match": `"1", ${tag}` } });
    expect(unchanged.status).toBe(304);
    expect(unchanged.headers).toMatchObject({ etag: tag, vary: "Accept-Encoding" });
    expect((await ask(url, { headers: { ...accept, "If-Match": tag } })).status).toBe(200);
    expect((await ask(url, { headers: { ...accept, "If-Match": tag.replace("7", "8") } })).status).toBe(412);
  },
);

test("a weak tag stands for every coding and stays as it is", async () => {
  const url = await answering({ status: 200, contentType: json, body: large, headers: { ETag: 'W/"7"' } });
  expect((await ask(url, { headers: { "Accept-Encoding": "gzip" } })).headers.etag).toBe('W/"7"');
});

test("an answer after the answer is ignored, though the first is still being compressed", async () => {
  const handle = (exchange: Exchange): void => {
    sendJson(exchange, 200, large);
    sendJson(exchange, 201, "2");
    throw new HttpError("and then it fails", { code: "BAD_REQUEST", headers: { Connection: "close" } });
  };
  const { url } = await startServer({ routes: [{ method: "GET", path: "/", handle }] });
  const received = await ask(url, { headers: { "Accept-Encoding": "gzip" } });
  expect([received.status, received.text]).toEqual([200, large]);
});

test("a header that could split the response is a 500 here too", async () => {
  const url = await answering({ status: 200, contentType: json, body: large, headers: { "X-A": "b\r\nX-B: c" } });
  const received = await ask(url, { headers: { "Accept-Encoding": "gzip" } });
  expect(received.status).toBe(500);
  expect(received.headers).not.toHaveProperty("x-b");
});

test("a hundred answers at a time are all whole, compressed or not", async () => {
  const body = JSON.stringify("x".repeat(50_000));
  const url = await answering({ status: 200, contentType: json, body });
  const asking = Array.from({ length: 100 }, () => ask(url, { headers: { "Accept-Encoding": "br" } }));
  const received = await Promise.all(asking);
  expect(received.every((answer) => answer.status === 200 && answer.text === body)).toBe(true);
});

test("draining waits for an answer that is being compressed", async () => {
  const body = JSON.stringify("x".repeat(8_000_000));
  const { server, url } = await startServer({
    routes: [
      {
        method: "GET",
        path: "/",
        handle: (exchange) => {
          sendJson(exchange, 200, body);
          void server.drain({ graceMs: 5_000 });
        },
      },
    ],
  });
  const received = await ask(url, { headers: { "Accept-Encoding": "br" } });
  expect([received.text === body, received.headers.connection]).toEqual([true, "close"]);
});
