import { randomBytes } from "node:crypto";
import { type Closeable, closeable } from "@shaperail/core";
import pg from "pg";

/** A database of one test. `close()` drops it, also when clients are still connected. */
export interface TestDatabase extends Closeable {
  readonly url: string;
  readonly name: string;
}

/** What a new database starts as. */
export interface CreateDatabaseOptions {
  /**
   * Name of a database to copy: prepare one in `beforeAll`, close its connections, and give every test a copy.
   * @default an empty database
   */
  readonly template?: string;
}

/** Creates a database with a name of its own on the server of `adminUrl`. */
export async function createDatabase(
  adminUrl: string,
  { template = "template0" }: CreateDatabaseOptions = {},
): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString("hex")}`;
  // Copying the files of a small database is quicker than logging its pages; the server's fsync is off.
  await execute(adminUrl, `CREATE DATABASE ${name} TEMPLATE ${pg.escapeIdentifier(template)} STRATEGY file_copy`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const drop = (): Promise<void> => execute(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  return { url: url.href, name, ...closeable(() => drop().catch(ignoreMissingServer)) };
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000, query_timeout: 30_000 });
  // A test that stops the server would otherwise end the process through an unhandled `error` event.
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end().catch(() => {});
  }
}

/** A server that is gone took its databases with it. */
function ignoreMissingServer(error: unknown): void {
  if (error instanceof Error && "code" in error && error.code === "ECONNREFUSED") return;
  throw error;
}
