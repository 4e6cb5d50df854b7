import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";

let echo: Server;
let target: string;
let proxy: FaultProxy;
const clients: Socket[] = [];

beforeAll(async () => {
  echo = createServer((socket) => socket.on("error", () => {}).pipe(socket)).listen(0, "127.0.0.1");
  await once(echo, "listening");
  const address = echo.address();
  target = `postgres://user:secret@127.0.0.1:${typeof address === "object" ? address?.port : 0}/name?a=b`;
});
afterAll(() => void echo.close());
beforeEach(async () => {
  proxy = await startFaultProxy({ target });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.close();
});

function open(): Socket {
  const client = connect(proxy.port, "127.0.0.1");
  clients.push(client);
  return client;
}

/** What happens first: an answer, an end, an error, or nothing for `waitMs`. */
async function outcome(client: Socket, waitMs = 100): Promise<string> {
  return new Promise((resolve) => {
    client.once("data", (chunk) => resolve(chunk.toString()));
    client.once("end", () => resolve("end"));
    client.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
    setTimeout(resolve, waitMs, "silence");
  });
}

test("the URL is the target's with the proxy's address", () => {
  expect(proxy.url).toBe(`postgres://user:secret@127.0.0.1:${proxy.port}/name?a=b`);
});

test("pass forwards both ways and counts open connections", async () => {
  const client = open();
  client.write("hello");
  expect(await outcome(client)).toBe("hello");
  expect(proxy.connections).toBe(1);
});

test("delay answers, later", async () => {
  proxy.setMode({ kind: "delay", delayMs: 60 });
  const client = open();
  client.write("hello");
  expect(await outcome(client, 50)).toBe("silence");
  expect(await outcome(client, 1_000)).toBe("hello");
});

test("drop-new keeps open connections and ends new ones", async () => {
  const old = open();
  old.write("one");
  expect(await outcome(old)).toBe("one");
  proxy.setMode({ kind: "drop-new" });
  expect(await outcome(open())).toMatch(/^(end|ECONNRESET)$/);
  old.write("two");
  expect(await outcome(old)).toBe("two");
});

test("reset breaks open connections and new ones", async () => {
  const old = open();
  old.write("one");
  expect(await outcome(old)).toBe("one");
  const broken = outcome(old);
  proxy.setMode({ kind: "reset" });
  expect(await broken).toBe("ECONNRESET");
  expect(await outcome(open())).toBe("ECONNRESET");
});

test("half-open says nothing on old and new connections; pass delivers what waited", async () => {
  const old = open();
  old.write("one");
  expect(await outcome(old)).toBe("one");
  proxy.setMode({ kind: "half-open" });
  const fresh = open();
  old.write("two");
  fresh.write("three");
  expect(await Promise.all([outcome(old), outcome(fresh)])).toEqual(["silence", "silence"]);
  const delivered = Promise.all([outcome(old), outcome(fresh)]);
  proxy.setMode({ kind: "pass" });
  expect(await delivered).toEqual(["two", "three"]);
});

test("cut-after delivers exactly so many bytes and then ends the connection", async () => {
  proxy.setMode({ kind: "cut-after", bytes: 4 });
  const client = open();
  client.write("abcdefgh");
  const received = await client.setEncoding("utf8").toArray();
  expect(received.join("")).toBe("abcd");
});
