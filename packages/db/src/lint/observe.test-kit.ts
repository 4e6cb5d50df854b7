import { setTimeout as sleep } from "node:timers/promises";
import { type Closeable, closeable } from "@shaperail/core";
import type { PostgresServer } from "@shaperail/test-services";
import pg from "pg";
import { parseScript } from "./parse-script.ts";

/** A database whose tables are in use, the session that migrates it, and the clients that read and write meanwhile. */
export interface Scene extends Closeable {
  readonly migrator: pg.Client;
  /** SQLSTATE when a client cannot read, respectively write, the table within 100 ms. */
  reading(table: string): Promise<string | undefined>;
  writing(table: string): Promise<string | undefined>;
  /** Runs the work while a client has a transaction open that has run this statement. */
  during<T>(statement: string, work: (release: () => Promise<void>) => Promise<T>): Promise<T>;
  /** Resolves once the migrator waits for a lock, or the signal says that it will not. */
  untilWaiting(signal?: AbortSignal): Promise<void>;
}

export interface OpenSceneOptions {
  readonly server: PostgresServer;
  /** Name of the database that is copied. */
  readonly template: string;
  /** What runs before anybody looks. */
  readonly earlier: readonly string[];
}

export async function openScene({ server, template, earlier }: OpenSceneOptions): Promise<Scene> {
  const database = await server.createDatabase({ template });
  const open = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    return client;
  };
  const [migrator, client, other] = await Promise.all([open(), open(), open()]);
  for (const sql of earlier) await migrator.query(sql);
  const { rows } = await migrator.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  const pid = rows[0]?.pid;
  await client.query("SET lock_timeout = '100ms'");
  return {
    migrator,
    reading: (table) => sqlStateOf(client, `SELECT * FROM ${table} LIMIT 1`),
    writing: (table) => sqlStateOf(client, `UPDATE ${table} SET id = id WHERE id = 1`),
    async during(statement, work) {
      await other.query("BEGIN");
      await other.query(statement);
      let isOpen = true;
      const release = async (): Promise<void> => {
        if (isOpen) await other.query("COMMIT");
        isOpen = false;
      };
      try {
        return await work(release);
      } finally {
        await release();
      }
    },
    async untilWaiting(signal) {
      for (const end = performance.now() + 5_000; performance.now() < end; await sleep(10)) {
        const { rows } = await client.query<{ waits: boolean }>("SELECT pg_blocking_pids($1) <> '{}' AS waits", [pid]);
        if (rows[0]?.waits === true || signal?.aborted === true) return;
      }
      throw new Error("The migrator does not wait for a lock.");
    },
    ...closeable(async () => {
      await Promise.all([migrator, client, other].map((one) => one.end()));
      await database.close();
    }),
  };
}

/** SQLSTATE of the error a statement ends with. */
export async function sqlStateOf(client: pg.Client, sql: string): Promise<string | undefined> {
  try {
    await client.query(sql);
    return undefined;
  } catch (error) {
    if (error instanceof pg.DatabaseError) return error.code;
    throw error;
  }
}

/** The statements of a file, one by one. */
export async function statementsOf(sql: string): Promise<string[]> {
  const script = await parseScript(sql);
  if (!("statements" in script)) throw new Error(script.message);
  return script.statements.map(({ start, end }) => sql.slice(start, end));
}

/** What the session has read and changed of the tables, and in which files they are. */
interface Footprint {
  readonly rows: number;
  readonly files: string;
}

async function footprintOf(client: pg.Client): Promise<Footprint> {
  const { rows } = await client.query<Footprint>(
    `SELECT (SELECT coalesce(sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) + n_tup_upd + n_tup_del), 0)::int
             FROM pg_stat_xact_user_tables) AS rows,
            (SELECT string_agg(oid || ':' || relfilenode, ' ' ORDER BY oid) FROM pg_class
             WHERE relkind IN ('r', 'm') AND relnamespace = 'public'::regnamespace
               AND relname IN ('posts', 'users', 'events', 'events_2025', 'events_2026', 'post_counts')) AS files`,
  );
  return rows[0] ?? { rows: 0, files: "" };
}

/** Fewer rows than a table has, more than a statement about a few rows touches. */
const MANY_ROWS = 1_000;

/** Runs the work in the migrator's transaction; true when it read, changed or rewrote a whole table. */
export async function isHeavy(client: pg.Client, work: () => Promise<unknown>): Promise<boolean> {
  const before = await footprintOf(client);
  await work();
  const after = await footprintOf(client);
  return after.rows - before.rows >= MANY_ROWS || after.files !== before.files;
}
