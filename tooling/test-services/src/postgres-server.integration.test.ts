import { existsSync } from "node:fs";
import { dirname } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type PostgresServer, startPostgres } from "./postgres-server.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres({ settings: { max_connections: 7 } });
});
afterAll(() => server.close());

async function query(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url, query_timeout: 1_000, connectionTimeoutMillis: 1_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query({ text: sql, rowMode: "array" });
    return rows[0]?.[0];
  } finally {
    await client.end().catch(() => {});
  }
}

test("a server is PostgreSQL 18 with the settings asked for", async () => {
  expect(await query(server.url, "select current_setting('server_version_num')::int / 10000")).toBe(18);
  expect(await query(server.url, "show max_connections")).toBe("7");
  expect(await query(server.url, "show fsync")).toBe("off");
});

test("a paused server accepts and does not answer; a resumed one does", async () => {
  server.pause();
  await expect(query(server.url, "select 1")).rejects.toThrow("timeout");
  server.resume();
  expect(await query(server.url, "select 1")).toBe(1);
});

test.each(["fast", "immediate", "kill"] as const)(
  "stop %s refuses connections; start brings the data back",
  async (mode) => {
    await using database = await server.createDatabase();
    await query(database.url, "create table kept as select 42 as answer");
    await query(database.url, "checkpoint");
    const { pid } = server;
    await server.stop(mode);
    await expect(query(database.url, "select 1")).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await server.start();
    expect(server.pid).not.toBe(pid);
    expect(await query(database.url, "select answer from kept")).toBe(42);
  },
);

test("close ends the process, also a paused one, and removes its directory", async () => {
  const other = await startPostgres();
  other.pause();
  const { pid, dataDir } = other;
  await Promise.all([other.close(), other.close()]);
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  expect(existsSync(dirname(dataDir))).toBe(false);
});

test("a setting the server does not know fails the start with the server's own words", async () => {
  await expect(startPostgres({ settings: { no_such_setting: 1 } })).rejects.toThrow(/no_such_setting/);
});
