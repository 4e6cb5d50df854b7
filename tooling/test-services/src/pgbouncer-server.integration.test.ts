import pg from "pg";
import { expect, test } from "vitest";
import { createTestDatabase, startPgBouncer } from "./index.ts";

test("sessions of the server are shared by clients that come after one another", async () => {
  await using database = await createTestDatabase();
  await using pooler = await startPgBouncer({ target: database.url, settings: { default_pool_size: 1 } });
  const processIds = new Set<unknown>();
  for (const _client of [1, 2]) {
    const client = new pg.Client({ connectionString: pooler.url });
    await client.connect();
    processIds.add((await client.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0]?.pid);
    await client.end();
  }
  expect(processIds.size).toBe(1);
});

test("a start-up parameter it does not know is refused, as in production", async () => {
  await using database = await createTestDatabase();
  await using pooler = await startPgBouncer({ target: database.url });
  const client = new pg.Client({ connectionString: pooler.url, statement_timeout: 1_000 });
  await expect(client.connect()).rejects.toMatchObject({ code: "08P01" });
});
