import { setTimeout as sleep } from "node:timers/promises";
import { crc32 } from "node:zlib";
import { connectError } from "../connect-error.ts";
import { parseConnectionUrl } from "../connection-url.ts";
import { openConnection, type Connection } from "../connection.ts";
import { MigrateError } from "../errors.ts";

export interface MigrationSessionOptions {
  /** A direct connection: `DIRECT_DATABASE_URL` where there is one, never a pooler's. */
  readonly url: string;
  /** Longest wait for the server to accept the connection, in milliseconds. @default 5_000 */
  readonly connectTimeoutMs?: number;
}

/** Runs the work on a connection of its own, which is closed afterwards. */
export async function withMigrationSession<T>(
  { url, connectTimeoutMs = 5_000 }: MigrationSessionOptions,
  work: (connection: Connection, database: string) => Promise<T>,
): Promise<T> {
  const target = parseConnectionUrl(url);
  if (target.pooled) throw pooledUrl("says pgbouncer=true");
  const connection = await openConnection({
    target,
    applicationName: "shaperail-migrate",
    connectTimeoutMs,
    serverTimeouts: undefined,
  }).catch((error: unknown) => {
    throw connectError(error, { url, name: "default" });
  });
  try {
    await refusePooler(connection);
    return await work(connection, target.database);
  } finally {
    await connection.end();
  }
}

/** A pooler answers with a process id of its own making, since it hands the session to whichever server is free. */
async function refusePooler(connection: Connection): Promise<void> {
  const { rows } = await connection.send({ text: "SELECT pg_backend_pid()", values: [], name: undefined });
  if (rows[0]?.[0] !== String(connection.processId)) throw pooledUrl("leads to another process than it connects to");
}

function pooledUrl(sign: string): MigrateError {
  return new MigrateError(`The database URL ${sign}: there is a pooler in between.`, {
    code: "MIGRATE_POOLED_URL",
    hint: "Set DIRECT_DATABASE_URL to the server itself: the lock and the settings of a session do not survive a pooler.",
  });
}

export interface MigrationLockOptions {
  readonly database: string;
  readonly waitTimeoutMs: number;
  readonly onWaiting: () => void;
}

const POLL_MS = 100;
/** sqlx's factor: its migrator and this one exclude each other. */
const LOCK_FACTOR = 0x3d32ad9en;

/**
 * Runs the work while no other migrator does. The server frees the lock when the session ends, however it ends.
 *
 * The lock is polled for: waiting inside the server holds a snapshot, on which CREATE INDEX CONCURRENTLY of the one at
 * work would wait in turn, and PostgreSQL ends one of the two as a deadlock.
 */
export async function withMigrationLock<T>(
  connection: Connection,
  { database, waitTimeoutMs, onWaiting }: MigrationLockOptions,
  work: () => Promise<T>,
): Promise<T> {
  const key = LOCK_FACTOR * BigInt(crc32(database));
  const ask = async (lock: string): Promise<boolean> => {
    const { rows } = await connection.send({ text: `SELECT ${lock}(${key})`, values: [], name: undefined });
    return rows[0]?.[0] === "t";
  };
  const giveUpAt = performance.now() + waitTimeoutMs;
  let isWaiting = false;
  while (!(await ask("pg_try_advisory_lock"))) {
    if (performance.now() >= giveUpAt) {
      throw new MigrateError(`Another migrator has been at work for more than ${waitTimeoutMs} ms.`, {
        code: "MIGRATE_LOCKED",
        hint: "Let it finish; pg_stat_activity shows it as shaperail-migrate.",
        details: { waitTimeoutMs },
      });
    }
    if (!isWaiting) onWaiting();
    isWaiting = true;
    await sleep(POLL_MS * (0.5 + Math.random()));
  }
  try {
    return await work();
  } finally {
    if (!connection.lost) await ask("pg_advisory_unlock");
  }
}
