import { expect, test } from "vitest";
import type { Route } from "./exchange.ts";
import { deferred, get, lastBody, rawClient } from "./raw-client.test-kit.ts";
import { sendJson } from "./send.ts";
import { startServer } from "./server.test-kit.ts";

const routes: readonly Route[] = [
  { method: "GET", path: "/a", handle: (exchange) => sendJson(exchange, 200, "1") },
  { method: "POST", path: "/a", handle: (exchange) => sendJson(exchange, 200, "2") },
];

test.each([
  { what: "no Host", bytes: "GET /a HTTP/1.1\r\n\r\n", status: 400 },
  { what: "two Hosts", bytes: get("/a", "Host: other\r\n"), status: 400 },
  { what: "the same Host twice", bytes: get("/a", "HOST: test\r\n"), status: 400 },
  { what: "two Hosts in HTTP/1.0", bytes: "GET /a HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", status: 400 },
  { what: "an expectation nobody knows", bytes: get("/a", "Expect: the-spanish-inquisition\r\n"), status: 417 },
  { what: "one expectation too many", bytes: get("/a", "Expect: 100-continue, 200-ok\r\n"), status: 417 },
  {
    what: "an unmet expectation with a body on its way",
    bytes: "POST /a HTTP/1.1\r\nHost: test\r\nExpect: x\r\nContent-Length: 5\r\n\r\n",
    status: 417,
  },
  { what: "CONNECT", bytes: "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n", status: 405 },
])("$what is answered $status in the envelope, and the connection closed", async ({ bytes, status }) => {
  const { port } = await startServer({ routes });
  const client = await rawClient(port);
  client.write(bytes);
  await client.until("}}");
  client.socket.end();
  const text = await client.closed();
  // node sends the 100 itself to whoever asks for one, whatever else is asked for.
  expect(text.replace("HTTP/1.1 100 Continue\r\n\r\n", "")).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(text.match(/^connection: .*$/gim)).toEqual(["Connection: close"]);
  expect(lastBody(text)).toMatchObject({ error: { status, details: null } });
});

test.each([
  { what: "HTTP/1.0 without a Host", bytes: "GET /a HTTP/1.0\r\n\r\n" },
  { what: "an expectation in HTTP/1.0", bytes: "GET /a HTTP/1.0\r\nExpect: x\r\n\r\n" },
  { what: "the expectation there is", bytes: get("/a", "Expect: 100-Continue\r\nConnection: close\r\n") },
  {
    what: "an upgrade to HTTP/2",
    bytes: get("/a", "Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"),
  },
  { what: "an upgrade to a WebSocket", bytes: get("/a", "Connection: Upgrade, close\r\nUpgrade: websocket\r\n") },
])("$what is answered as if it were not there", async ({ bytes }) => {
  const { port } = await startServer({ routes });
  const client = await rawClient(port);
  client.write(bytes);
  client.socket.end();
  const text = await client.closed();
  expect(text).toMatch(/^HTTP\/1\.1 (?:100 Continue\r\n\r\nHTTP\/1\.1 )?200 OK\r\n/);
  expect(lastBody(text)).toBe(1);
});

test("CONNECT behind another request takes nothing from that one", async () => {
  const opened = deferred<void>();
  const handle: Route["handle"] = async (exchange) => {
    await opened.promise;
    sendJson(exchange, 200, "1");
  };
  const { port } = await startServer({ routes: [{ method: "GET", path: "/", handle }] });
  const client = await rawClient(port);
  client.write(`${get("/")}CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n`);
  setTimeout(() => opened.resolve(), 20);
  const text = await client.closed();
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200"]);
  expect(text).toMatch(/^connection: close/im);
});

test("a client that resets the connection after CONNECT is no error of the server", async () => {
  const { port, url } = await startServer({ routes });
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const client = await rawClient(port);
    client.write(`CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n${"x".repeat(1_000)}`);
    client.socket.resetAndDestroy();
    await client.closed();
  }
  expect((await fetch(`${url}/a`)).status).toBe(200);
});
