import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type PostgresServer, startPostgres } from "@shaperail/test-services";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { createDatabase, type Database, type DatabaseOptions } from "./database.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.close());

function open(options: Partial<DatabaseOptions> = {}): Database {
  const database = createDatabase({ url: server.url, ...options });
  onTestFinished(() => database.close());
  return database;
}

async function setReadOnly(value: "on" | "off"): Promise<void> {
  const admin = open({ poolSize: 1 });
  for (const text of [`alter system set default_transaction_read_only = ${value}`, "select pg_reload_conf()"])
    await admin.run({ name: text, text, prepare: false }, []);
}

const write = { name: "write", text: "create table if not exists written (n int)" };

test("a server that accepts no writes answers a ping, unless writes are asked for; later it is right again", async () => {
  const database = open();
  await expect(database.ping({ writable: true })).resolves.toBeUndefined();
  await setReadOnly("on");
  onTestFinished(() => setReadOnly("off"));
  const asked = (): Promise<unknown> => database.ping({ writable: true }).catch((error: unknown) => error);
  await expect.poll(asked, { timeout: 10_000 }).toMatchObject({ code: "DB_READ_ONLY" });
  await expect(database.run(write, [])).rejects.toMatchObject({ code: "DB_READ_ONLY" });
  await expect(database.ping()).resolves.toBeUndefined();
  await setReadOnly("off");
  await expect.poll(asked, { timeout: 10_000 }).toBeUndefined();
});

test("a server that was made a standby, and then the primary again, is seen through by a pool that was there before", async () => {
  const own = await startPostgres();
  onTestFinished(() => own.close());
  const database = createDatabase({ url: own.url, poolSize: 2 });
  onTestFinished(() => database.close());
  const asked = (): Promise<unknown> => database.ping({ writable: true }).catch((error: unknown) => error);
  await expect(asked()).resolves.toBeUndefined();
  await own.stop("fast");
  await writeFile(join(own.dataDir, "standby.signal"), "");
  await own.start();
  await expect.poll(asked, { timeout: 20_000 }).toMatchObject({ code: "DB_READ_ONLY" });
  await database.run({ name: "promote", text: "select pg_promote()" }, []);
  await expect.poll(asked, { timeout: 20_000 }).toBeUndefined();
  await expect(database.run(write, [])).resolves.toBeDefined();
});

test("a pool without a connection to spare is not asked about writes", async () => {
  const database = open({ poolSize: 1, acquireTimeoutMs: 30_000 });
  const entered = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  const busy = database.transaction(async (transaction) => {
    await transaction.run({ name: "one", text: "select 1" }, []);
    entered.resolve();
    await left.promise;
  });
  await entered.promise;
  await expect(database.ping({ writable: true, timeoutMs: 5_000 })).resolves.toBeUndefined();
  left.resolve();
  await busy;
});

test.each([
  { what: "the disk is full", sqlState: "53100" },
  { what: "memory is short", sqlState: "53200" },
  { what: "a file cannot be written", sqlState: "58030" },
])("when $what, the statement is DB_OUT_OF_RESOURCES", async ({ sqlState }) => {
  const text = `do $$ begin raise exception 'x' using errcode = '${sqlState}'; end $$`;
  await expect(open().run({ name: sqlState, text }, [])).rejects.toMatchObject({
    code: "DB_OUT_OF_RESOURCES",
    details: { sqlState },
  });
});
