import { type Logger, type LogFields, noopLogger } from "@shaperail/core";
import { expect, test } from "vitest";
import type { Exchange, Route } from "./exchange.ts";
import { deferred, get, lastBody, rawClient } from "./raw-client.test-kit.ts";
import { sendJson } from "./send.ts";
import { startServer } from "./server.test-kit.ts";

const ok = (exchange: Exchange): void => sendJson(exchange, 200, JSON.stringify(exchange.params["n"] ?? "quick"));

interface Gate {
  readonly routes: readonly Route[];
  readonly started: Promise<void>;
  open(): void;
}

// /quick answers at once; /slow/:n answers when the gate opens.
function gate(): Gate {
  const started = deferred<void>();
  const opened = deferred<void>();
  const slow = async (exchange: Exchange): Promise<void> => {
    started.resolve();
    await opened.promise;
    ok(exchange);
  };
  const routes: readonly Route[] = [
    { method: "GET", path: "/quick", handle: ok },
    { method: "GET", path: "/slow/:n", handle: slow },
  ];
  return { routes, started: started.promise, open: () => opened.resolve() };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test("a request in flight finishes, its response says Connection: close, and then the server is closed", async () => {
  const { routes, started, open } = gate();
  const { server, port, url } = await startServer({ routes });
  const client = await rawClient(port);
  client.write(get("/slow/1"));
  await started;
  const drained = server.drain({ graceMs: 2_000 });
  await expect.poll(() => fetch(`${url}/quick`).then(String, () => "refused")).toBe("refused");
  open();
  expect(await drained).toEqual({ cut: [] });
  const text = await client.closed();
  expect(text).toMatch(/^connection: close/im);
  expect(lastBody(text)).toBe("1");
});

test("during the delay the server still accepts and answers, and every response says Connection: close", async () => {
  const { routes } = gate();
  const { server, port } = await startServer({ routes });
  const kept = await rawClient(port);
  kept.write(get("/quick"));
  expect(await kept.until('"quick"')).toMatch(/^connection: keep-alive/im);

  const drained = server.drain({ drainDelayMs: 100, graceMs: 100 });
  const fresh = await rawClient(port);
  fresh.write(get("/quick"));
  expect(await fresh.closed()).toMatch(/^connection: close/im);
  kept.write(get("/quick"));
  expect((await kept.closed()).match(/^connection: .*$/gim)).toEqual(["Connection: keep-alive", "Connection: close"]);
  expect(await drained).toEqual({ cut: [] });
});

test("nothing on a kept connection is answered after the response that closes it", async () => {
  const { routes, started, open } = gate();
  const { server, port } = await startServer({ routes });
  const client = await rawClient(port);
  client.write(get("/slow/1"));
  await started;
  const drained = server.drain({ graceMs: 2_000 });
  client.write(get("/slow/2"));
  await pause(10);
  open();
  await drained;
  const text = await client.closed();
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200"]);
  expect(lastBody(text)).toBe("1");
});

test("requests pipelined before draining are all answered, the last with Connection: close", async () => {
  const { routes, started, open } = gate();
  const { server, port } = await startServer({ routes });
  const client = await rawClient(port);
  client.write(get("/slow/1") + get("/slow/2") + get("/slow/3"));
  await started;
  await pause(10);
  const drained = server.drain({ graceMs: 2_000 });
  open();
  expect(await drained).toEqual({ cut: [] });
  expect((await client.closed()).match(/^connection: .*$/gim)).toEqual([
    "Connection: keep-alive",
    "Connection: keep-alive",
    "Connection: close",
  ]);
});

test("a silent connection and one between two requests are closed at once", async () => {
  const { routes } = gate();
  const { server, port } = await startServer({ routes });
  const silent = await rawClient(port);
  const idle = await rawClient(port);
  idle.write(get("/quick"));
  await idle.until('"quick"');
  const started = performance.now();
  await server.drain({ graceMs: 5_000 });
  await Promise.all([silent.closed(), idle.closed()]);
  expect(performance.now() - started).toBeLessThan(500);
});

test("half a header gets the header timeout to become a request, which is answered", async () => {
  const { routes } = gate();
  const { server, port } = await startServer({ routes, headersTimeoutMs: 1_000 });
  const client = await rawClient(port);
  client.write("GET /quick HTTP/1.1\r\nHo");
  await pause(10);
  const drained = server.drain({ graceMs: 5_000 });
  await pause(10);
  client.write("st: test\r\n\r\n");
  expect(await drained).toEqual({ cut: [] });
  const text = await client.closed();
  expect(text).toMatch(/^connection: close/im);
  expect(lastBody(text)).toBe("quick");
});

test("half a header that stays half does not hold the server longer than the header timeout", async () => {
  const { routes } = gate();
  const { server, port } = await startServer({
    routes,
    headersTimeoutMs: 50,
    requestTimeoutMs: 50,
    checkIntervalMs: 10,
  });
  const client = await rawClient(port);
  client.write("GET /quick HTTP/1.1\r\nHo");
  await pause(10);
  const started = performance.now();
  await server.drain({ graceMs: 5_000 });
  await client.closed();
  expect(performance.now() - started).toBeLessThan(500);
});

test("what is not finished at the deadline is cut, answered 503 and named", async () => {
  const lines: { message: string; fields: LogFields | undefined }[] = [];
  const logger: Logger = { ...noopLogger, warn: (message, fields) => void lines.push({ message, fields }) };
  const { routes, started } = gate();
  const { server, port } = await startServer({ routes, logger });
  const client = await rawClient(port);
  client.write(get("/slow/1"));
  await started;
  const before = performance.now();
  expect(await server.drain({ graceMs: 50 })).toEqual({ cut: ["GET /slow/:n"] });
  expect(performance.now() - before).toBeLessThan(500);
  const text = await client.closed();
  expect(text).toMatch(/^HTTP\/1\.1 503 /);
  expect(lastBody(text)).toMatchObject({ error: { code: "SERVICE_UNAVAILABLE" } });
  expect(lines).toEqual([
    {
      message: "requests were cut at the shutdown deadline",
      fields: { requests: ["GET /slow/:n"], grace_ms: 50 },
    },
  ]);
});

test("a response cut in the middle does not look complete", async () => {
  const begun = deferred<void>();
  const handle = ({ response }: Exchange): void => {
    response.write("first part");
    begun.resolve();
  };
  const { server, port } = await startServer({ routes: [{ method: "GET", path: "/", handle }] });
  const client = await rawClient(port);
  client.write(get("/"));
  await begun.promise;
  expect(await server.drain({ graceMs: 30 })).toEqual({ cut: ["GET /"] });
  const text = await client.closed();
  expect(text).toContain("first part");
  expect(text).not.toContain("\r\n0\r\n\r\n");
});

test("a response that began before draining finishes, and its connection closes", async () => {
  const begun = deferred<void>();
  const finish = deferred<void>();
  const handle = async ({ response }: Exchange): Promise<void> => {
    response.write("first part");
    begun.resolve();
    await finish.promise;
    response.end("last part");
  };
  const { server, port } = await startServer({ routes: [{ method: "GET", path: "/", handle }] });
  const client = await rawClient(port);
  client.write(get("/"));
  await begun.promise;
  const drained = server.drain({ graceMs: 5_000 });
  await pause(10);
  finish.resolve();
  expect(await drained).toEqual({ cut: [] });
  expect(await client.closed()).toContain("last part");
});

test("an answer that is written but not yet delivered is delivered, however large", async () => {
  const large = "x".repeat(8_000_000);
  const { server, port } = await startServer({
    routes: [{ method: "GET", path: "/", handle: (exchange) => sendJson(exchange, 200, large) }],
  });
  const client = await rawClient(port);
  client.write(get("/"));
  await client.until("HTTP/1.1 200");
  client.socket.pause();
  const drained = server.drain({ graceMs: 5_000 });
  await pause(30);
  client.socket.resume();
  expect(await drained).toEqual({ cut: [] });
  expect((await client.closed()).length).toBeGreaterThan(large.length);
});

test("close and drain are one thing, done once", async () => {
  const { routes } = gate();
  const { server } = await startServer({ routes });
  const first = server.close();
  expect(server.close()).toBe(first);
  expect(server.drain()).toBe(server.drain());
  await first;
});

test("100 requests in flight all get their answer", async () => {
  const handle = async (exchange: Exchange): Promise<void> => {
    await pause(100);
    ok(exchange);
  };
  const { server, url } = await startServer({ routes: [{ method: "GET", path: "/", handle }] });
  const answers = Array.from({ length: 100 }, () => fetch(`${url}/`).then(({ status }) => status));
  await pause(60);
  expect(await server.drain({ drainDelayMs: 50, graceMs: 5_000 })).toEqual({ cut: [] });
  expect((await Promise.all(answers)).every((status) => status === 200)).toBe(true);
});
