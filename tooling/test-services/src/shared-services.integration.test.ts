import pg from "pg";
import { expect, test } from "vitest";
import { redisCall } from "./redis-call.ts";
import { createTestDatabase, testRedis } from "./shared-services.ts";

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

test("databases created at the same time are separate and empty", async () => {
  const databases = await Promise.all(Array.from({ length: 8 }, () => createTestDatabase()));
  expect(new Set(databases.map(({ name }) => name)).size).toBe(8);
  for (const { url, name } of databases) {
    const tables =
      "select current_database() as name, count(*)::int as tables from pg_tables where schemaname = 'public'";
    expect((await withClient(url, (client) => client.query(tables))).rows).toEqual([{ name, tables: 0 }]);
  }
  await Promise.all(databases.map((database) => database.close()));
});

test("a database copied from a template starts with its rows", async () => {
  await using template = await createTestDatabase();
  await withClient(template.url, (client) => client.query("create table t as select 1 as id"));
  await using copy = await createTestDatabase({ template: template.name });
  expect((await withClient(copy.url, (client) => client.query("select id from t"))).rows).toEqual([{ id: 1 }]);
});

test("close drops the database although a client is still connected", async () => {
  const database = await createTestDatabase();
  const client = new pg.Client({ connectionString: database.url });
  client.on("error", () => {});
  await client.connect();
  await database.close();
  await expect(withClient(database.url, async () => {})).rejects.toMatchObject({ code: "3D000" });
  await client.end().catch(() => {});
});

test("every test has its own Redis prefix, and close removes its keys only", async () => {
  await using mine = await testRedis();
  const other = await testRedis();
  expect(other.prefix).not.toBe(mine.prefix);
  await redisCall(mine.url, [["SET", `${mine.prefix}a`, "1"]]);
  await redisCall(other.url, [["SET", `${other.prefix}a`, "1"]]);
  await other.close();
  expect(await redisCall(mine.url, [["EXISTS", `${mine.prefix}a`, `${other.prefix}a`]])).toBe("1");
});
