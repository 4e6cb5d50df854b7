import { createTestDatabase, openSqlClient, type SqlClient, startFaultProxy } from "@shaperail/test-services";
import { expect, onTestFinished, test } from "vitest";
import { listen } from "./listen.ts";

async function start(): Promise<{ readonly url: string; readonly client: SqlClient }> {
  const database = await createTestDatabase();
  const client = openSqlClient(database.url);
  onTestFinished(async () => {
    await client.close();
    await database.close();
  });
  return { url: database.url, client };
}

const WAIT = { timeout: 10_000, interval: 20 };

test("each notification of the channel is heard, and no other; listening itself counts as one", async () => {
  const { url, client } = await start();
  let heard = 0;
  await using _listener = listen({ url, channel: 'a "b"', onNotify: () => void (heard += 1) });
  await expect.poll(() => heard, WAIT).toBe(1);
  await client.sql(`NOTIFY "other"; NOTIFY "a ""b"""`);
  await expect.poll(() => heard, WAIT).toBe(2);
  await client.sql(`NOTIFY "a ""b"""`);
  await expect.poll(() => heard, WAIT).toBe(3);
});

test("a session that ends, and a server that says nothing, are left for a new connection", async () => {
  const { url, client } = await start();
  const proxy = await startFaultProxy({ target: url });
  onTestFinished(() => proxy.close());
  let heard = 0;
  const timing = { checkMs: 50, timeoutMs: 300, retryMs: 20 };
  const listener = listen({ url: proxy.url, channel: "c", ...timing, onNotify: () => void (heard += 1) });
  await expect.poll(() => heard, WAIT).toBe(1);
  proxy.setMode({ kind: "reset" });
  proxy.setMode({ kind: "pass" });
  await expect.poll(() => heard, WAIT).toBe(2);
  proxy.setMode({ kind: "half-open" });
  await new Promise((resolve) => setTimeout(resolve, 800));
  proxy.setMode({ kind: "pass" });
  await expect.poll(() => heard, WAIT).toBeGreaterThanOrEqual(3);
  const before = heard;
  await client.sql("NOTIFY c");
  await expect.poll(() => heard, WAIT).toBeGreaterThan(before);
  await listener.close();
  await listener.close();
});

test("a server that is not there is tried again, and closing does not wait for it", async () => {
  const listener = listen({
    url: "postgres://127.0.0.1:1/x",
    channel: "c",
    retryMs: 10_000,
    onNotify: () => undefined,
  });
  await expect(listener.close()).resolves.toBeUndefined();
});
