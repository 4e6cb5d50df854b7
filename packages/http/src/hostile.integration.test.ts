import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { Route } from "./exchange.ts";
import { get, lastBody, rawClient } from "./raw-client.test-kit.ts";
import { readJson } from "./read-json.ts";
import { sendJson } from "./send.ts";
import { startServer } from "./server.test-kit.ts";

// What server.test.ts and read-json.test.ts ask one by one is here joined by its nastier relatives, and asked again and
// again of one server.

const routes: readonly Route[] = [
  { method: "GET", path: "/echo/:id", handle: (x) => sendJson(x, 200, JSON.stringify(x.params["id"])) },
  { method: "POST", path: "/echo", handle: async (x) => sendJson(x, 200, JSON.stringify(await readJson(x), String)) },
];

interface Attack {
  readonly what: string;
  readonly bytes: string | Uint8Array;
  readonly status: number;
}

const head = "POST /echo HTTP/1.1\r\nHost: test\r\n";
const json = `${head}Content-Type: application/json\r\n`;
const chunked = `${json}Transfer-Encoding: chunked\r\n\r\n`;
const raw = (text: string): Buffer => Buffer.from(text, "latin1");

function post(body: string | Uint8Array, headers = "Content-Type: application/json\r\n"): Buffer {
  return Buffer.concat([raw(`${head}${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`), Buffer.from(body)]);
}

function packed(encoding: string, body: Uint8Array): Buffer {
  return post(body, `Content-Type: application/json\r\nContent-Encoding: ${encoding}\r\n`);
}

const many = (count: number, item: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => item(index)).join("");
const spaces = Buffer.alloc(16 * 1_048_576, " ");

const floods: readonly Attack[] = [
  {
    what: "64 kB of headers in 1,000",
    bytes: get(
      "/echo/1",
      many(1_000, (n) => `X-${n}: ${"a".repeat(56)}\r\n`),
    ),
    status: 431,
  },
  { what: "64 kB of one header's name", bytes: get("/echo/1", `${"x".repeat(65_536)}: 1\r\n`), status: 431 },
  { what: "64 kB of cookies", bytes: get("/echo/1", `Cookie: ${many(6_000, (n) => `a${n}=b; `)}\r\n`), status: 431 },
  { what: "64 kB of empty headers", bytes: get("/echo/1", "a:\r\n".repeat(16_384)), status: 431 },
  { what: "64 kB of trailers", bytes: `${chunked}2\r\n{}\r\n0\r\n${"X-A: 1\r\n".repeat(8_192)}\r\n`, status: 431 },
  { what: "64 kB of chunk extensions", bytes: `${chunked}2;${"a".repeat(65_536)}\r\n{}\r\n0\r\n\r\n`, status: 413 },
  { what: "10,000 query parameters", bytes: get(`/echo/1?${"ab&".repeat(10_000)}`), status: 414 },
  { what: "a URL of 100 kB that is absolute", bytes: get(`http://test/${"a".repeat(100_000)}`), status: 414 },
  { what: "a method of 100 kB", bytes: `${"G".repeat(100_000)} / HTTP/1.1\r\nHost: test\r\n\r\n`, status: 400 },
];

const bodies: readonly Attack[] = [
  { what: "10,000 levels of arrays", bytes: post("[".repeat(10_000) + "]".repeat(10_000)), status: 400 },
  { what: "10,000 levels of objects", bytes: post('{"a":'.repeat(10_000) + "1" + "}".repeat(10_000)), status: 400 },
  { what: "a number of 1,000,000 digits", bytes: post("9".repeat(1_000_000)), status: 400 },
  { what: "a fraction of 1,000,000 digits", bytes: post(`0.${"9".repeat(1_000_000)}`), status: 400 },
  { what: "a key twice, once escaped", bytes: post('{"a":1,"\\u0061":2}'), status: 400 },
  { what: "half of a character", bytes: post(Buffer.from([0x22, 0xc3, 0x22])), status: 400 },
  { what: "a surrogate as UTF-8", bytes: post(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])), status: 400 },
  { what: "NaN", bytes: post('{"a":NaN}'), status: 400 },
  { what: "JSON and then some", bytes: post("{} {}"), status: 400 },
  { what: "one byte more than allowed", bytes: post(`"${"x".repeat(1_048_575)}"`), status: 413 },
  { what: "a length beyond all numbers", bytes: `${json}Content-Length: 99999999999999999999\r\n\r\n`, status: 400 },
  { what: "a length of a terabyte", bytes: `${json}Content-Length: 1099511627776\r\n\r\n`, status: 413 },
  { what: "a form", bytes: post("a=1", "Content-Type: application/x-www-form-urlencoded\r\n"), status: 415 },
  { what: "a file", bytes: post("--b--", "Content-Type: multipart/form-data; boundary=b\r\n"), status: 415 },
  { what: "a body of no type", bytes: post("{}", ""), status: 415 },
  { what: "JSON in UTF-7", bytes: post("{}", "Content-Type: application/json; charset=utf-7\r\n"), status: 415 },
  { what: "a gzip bomb", bytes: packed("gzip", gzipSync(spaces)), status: 413 },
  { what: "a deflate bomb", bytes: packed("deflate", deflateSync(spaces)), status: 413 },
  { what: "a brotli bomb", bytes: packed("br", brotliCompressSync(spaces)), status: 413 },
  { what: "a bomb in a bomb", bytes: packed("gzip, gzip", gzipSync(gzipSync(spaces))), status: 415 },
  { what: "gzip that breaks off", bytes: packed("gzip", gzipSync('{"a":1}').subarray(0, 12)), status: 400 },
  { what: "gzip of nothing", bytes: packed("gzip", gzipSync("")), status: 400 },
];

const framing: readonly Attack[] = [
  {
    what: "chunks and a length",
    bytes: `${json}Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n`,
    status: 400,
  },
  { what: "chunked twice", bytes: `${json}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n`, status: 400 },
  {
    what: "chunked and not",
    bytes: `${json}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`,
    status: 400,
  },
  { what: "chunked behind a tab", bytes: raw(`${json}Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n`), status: 400 },
  { what: "chunked in quotes", bytes: `${json}Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n`, status: 400 },
  { what: "a length in hexadecimal", bytes: `${json}Content-Length: 0x2\r\n\r\n{}`, status: 400 },
  { what: "a length in two parts", bytes: `${json}Content-Length: 1 2\r\n\r\n{}`, status: 400 },
  { what: "a negative length", bytes: `${json}Content-Length: -2\r\n\r\n{}`, status: 400 },
  { what: "a length of nothing", bytes: `${json}Content-Length: \r\n\r\n{}`, status: 400 },
  { what: "equal lengths", bytes: `${json}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`, status: 400 },
  { what: "a folded length", bytes: `${json}Content-Length:\r\n 2\r\n\r\n{}`, status: 400 },
  { what: "a header folded by a tab", bytes: get("/echo/1", "X-A: 1\r\n\t2\r\n"), status: 400 },
  { what: "a fold before any header", bytes: "GET /echo/1 HTTP/1.1\r\n X-A: 1\r\nHost: test\r\n\r\n", status: 400 },
  { what: "a negative chunk size", bytes: `${chunked}-2\r\n{}\r\n0\r\n\r\n`, status: 400 },
  { what: "a chunk size with a prefix", bytes: `${chunked}0x2\r\n{}\r\n0\r\n\r\n`, status: 400 },
  { what: "a chunk size beyond all numbers", bytes: `${chunked}fffffffffffffffff\r\n{}\r\n0\r\n\r\n`, status: 400 },
  { what: "an empty chunk size", bytes: `${chunked}\r\n{}\r\n0\r\n\r\n`, status: 400 },
  { what: "a space before a chunk size", bytes: `${chunked} 2\r\n{}\r\n0\r\n\r\n`, status: 400 },
  { what: "line feeds between chunks", bytes: `${chunked}2\n{}\n0\n\n`, status: 400 },
  { what: "a line feed in a chunk extension", bytes: `${chunked}2;a\nb\r\n{}\r\n0\r\n\r\n`, status: 400 },
  { what: "one line feed among the headers", bytes: "GET /echo/1 HTTP/1.1\r\nHost: test\nX-A: 1\r\n\r\n", status: 400 },
  { what: "a carriage return alone", bytes: "GET /echo/1 HTTP/1.1\rHost: test\r\r", status: 400 },
  { what: "a carriage return in a header", bytes: get("/echo/1", "X-A: 1\rX-B: 2\r\n"), status: 400 },
];

const characters: readonly Attack[] = [
  { what: "NUL in a URL", bytes: get("/echo/\0"), status: 400 },
  { what: "NUL in the name of a header", bytes: get("/echo/1", "X\0A: 1\r\n"), status: 400 },
  { what: "NUL instead of a request", bytes: "\0".repeat(100), status: 400 },
  { what: "a control character in a header", bytes: raw(get("/echo/1", "X-A: \x07\r\n")), status: 400 },
  { what: "a space in the name of a header", bytes: get("/echo/1", "X A: 1\r\n"), status: 400 },
  { what: "a header without a name", bytes: get("/echo/1", ": 1\r\n"), status: 400 },
  { what: "a header without a colon", bytes: get("/echo/1", "X-A\r\n"), status: 400 },
  { what: "invalid UTF-8 in a URL", bytes: get("/echo/%ff"), status: 400 },
  { what: "overlong UTF-8 in a URL", bytes: get("/echo/%c0%af"), status: 400 },
  { what: "half of an escape in a URL", bytes: get("/echo/%e"), status: 400 },
  { what: "a space in a URL", bytes: get("/echo/1 2"), status: 400 },
  { what: "no URL", bytes: "GET  HTTP/1.1\r\nHost: test\r\n\r\n", status: 400 },
  { what: "HTTP/0.9", bytes: "GET /echo/1\r\n\r\n", status: 400 },
  { what: "HTTP/2", bytes: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", status: 400 },
  { what: "SSH", bytes: "SSH-2.0-OpenSSH_9.6\r\n", status: 400 },
  { what: "a path out of the root", bytes: get("/echo/../../etc/passwd"), status: 404 },
  { what: "an escaped path out of the root", bytes: get("/%2e%2e/%2e%2e/etc/passwd"), status: 404 },
  { what: "a host in the path", bytes: get("//evil.example/echo/1"), status: 404 },
  { what: "the asterisk", bytes: "OPTIONS * HTTP/1.1\r\nHost: test\r\n\r\n", status: 404 },
  { what: "TRACE", bytes: "TRACE /echo/1 HTTP/1.1\r\nHost: test\r\nAuthorization: secret\r\n\r\n", status: 405 },
  { what: "a method of another protocol", bytes: "PROPFIND /echo/1 HTTP/1.1\r\nHost: test\r\n\r\n", status: 405 },
];

const attacks = [...floods, ...bodies, ...framing, ...characters];

async function attack(port: number, { bytes }: Attack): Promise<string> {
  const client = await rawClient(port);
  client.write(bytes);
  const text = await client.until("}}");
  client.socket.destroy();
  return text;
}

const alive = async (url: string): Promise<unknown> => (await fetch(`${url}/echo/7`)).json();

test.each(attacks)("$what is answered $status in the envelope, once, and the server goes on", async (row) => {
  const { port, url } = await startServer({ routes });
  const text = await attack(port, row);
  expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${row.status} `));
  expect(text.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  expect(lastBody(text)).toMatchObject({ error: { status: row.status } });
  expect(text).not.toContain("secret");
  expect(await alive(url)).toBe("7");
});

test.each([
  { what: "a body shorter than its length", bytes: `${json}Content-Length: 100\r\n\r\n{"a"` },
  { what: "chunks that end in the middle of one", bytes: `${chunked}64\r\n{"a"` },
  { what: "chunks without a last one", bytes: `${chunked}2\r\n{}\r\n` },
])("$what, and then silence, ends the connection without an answer", async ({ bytes }) => {
  const { port, url } = await startServer({ routes });
  const client = await rawClient(port);
  client.write(bytes);
  client.socket.end();
  expect(await client.closed()).toBe("");
  expect(await alive(url)).toBe("7");
});

test("headers that never end are cut off at the limit, however slowly they come", async () => {
  const { port, url } = await startServer({ routes });
  const client = await rawClient(port);
  client.write("GET /echo/1 HTTP/1.1\r\nHost: test\r\n");
  const sending = setInterval(() => client.socket.writable && client.write(`X-A: ${"a".repeat(500)}\r\n`), 1);
  const text = await client.until("}}");
  clearInterval(sending);
  expect(text).toMatch(/^HTTP\/1\.1 431 /);
  expect(await alive(url)).toBe("7");
});

test.each([
  { what: "10,000 codings to choose from", headers: `Accept-Encoding: ${"a,".repeat(7_500)}\r\n` },
  { what: "10,000 entity tags to compare", headers: `If-None-Match: ${'"",'.repeat(5_000)}\r\n` },
  { what: "thousands of coded entity tags", headers: `If-Match: ${'"1-gzip",'.repeat(1_600)}\r\n` },
  { what: "an origin of 15 kB", headers: `Origin: https://${"a".repeat(15_000)}\r\n` },
])("$what are no trouble", async ({ headers }) => {
  const { port } = await startServer({ routes, cors: { origins: ["https://app.example.org"] } });
  const client = await rawClient(port);
  const started = performance.now();
  client.write(get("/echo/7", `${headers}Connection: close\r\n`));
  expect(lastBody(await client.closed())).toBe("7");
  expect(performance.now() - started).toBeLessThan(500);
});

test("1,000 requests sent at once on one connection are all answered, in order", async () => {
  const { port } = await startServer({ routes });
  const client = await rawClient(port);
  client.write(many(1_000, (n) => get(`/echo/${n}`)) + get("/echo/last", "Connection: close\r\n"));
  const text = await client.closed();
  const answers = [...text.matchAll(/\r\n\r\n"(\w+)"/g)].map(([, id]) => id);
  expect(answers).toEqual([...Array.from({ length: 1_000 }, (_, n) => String(n)), "last"]);
});

test("all of it again and again leaves the server with the memory it had, and answering", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const { port, url } = await startServer({ routes });
  const round = async (): Promise<void> => {
    for (const row of attacks) await attack(port, row);
  };
  const used = async (): Promise<number> => {
    // The last sockets are gone when their linger time is over.
    await new Promise((resolve) => setTimeout(resolve, 600));
    collect();
    const { heapUsed, external, arrayBuffers } = process.memoryUsage();
    return (heapUsed + external + arrayBuffers) / 1_048_576;
  };
  await round();
  const before = await used();
  for (let count = 0; count < 10; count += 1) await round();
  expect((await used()) - before).toBeLessThan(5);
  expect(await alive(url)).toBe("7");
});

test("200 requests in flight when the server is told to stop, and those that still come, all get their answer", async () => {
  const handle: Route["handle"] = async (exchange) => {
    await new Promise((resolve) => setTimeout(resolve, 800));
    sendJson(exchange, 200, JSON.stringify("x".repeat(2_000)));
  };
  const { server, url } = await startServer({ routes: [{ method: "GET", path: "/slow", handle }, ...routes] });
  const inFlight = Array.from({ length: 200 }, () => fetch(`${url}/slow`).then((response) => response.json()));
  await new Promise((resolve) => setTimeout(resolve, 300));
  const drained = server.drain({ drainDelayMs: 200, graceMs: 5_000 });
  const late = Array.from({ length: 50 }, () => alive(url));
  expect(new Set(await Promise.all(inFlight))).toEqual(new Set(["x".repeat(2_000)]));
  expect(new Set(await Promise.all(late))).toEqual(new Set(["7"]));
  expect(await drained).toEqual({ cut: [] });
});
