import type { Connection } from "../connection.ts";
import { DbError, MigrateError } from "../errors.ts";
import { dbError } from "../sql-state.ts";
import { createHistory, readHistory } from "./history.ts";
import { type MigrationFile, readMigrations } from "./migration-file.ts";
import { type MigrationSessionOptions, withMigrationLock, withMigrationSession } from "./migration-session.ts";
import { createReleaseMemory } from "./releases.ts";
import { interrupted, type MigrationProgress, type Migrator } from "./run-file.ts";

export interface MigrateOptions extends MigrationSessionOptions {
  /** Folder of the migration files. */
  readonly folder: string;
  /** Longest wait of a statement for a lock, in milliseconds; whoever queues behind it waits as long. @default 2_000 */
  readonly lockTimeoutMs?: number;
  /** How often a file is tried before a lock that is not granted is an error. @default 5 */
  readonly lockAttempts?: number;
  /** Longest wait for another migrator, in milliseconds. @default 300_000 */
  readonly waitTimeoutMs?: number;
  /** Stops the statement that runs, on the server too; the file it is in leaves nothing behind. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: MigrationProgress) => void;
}

/**
 * Runs the work under the lock, with files and history read.
 *
 * @throws `MigrateError`, among others `MIGRATE_INTERRUPTED` when the signal was aborted
 */
export async function withMigrator<T>(options: MigrateOptions, work: (migrator: Migrator) => Promise<T>): Promise<T> {
  const {
    folder,
    lockTimeoutMs = 2_000,
    lockAttempts = 5,
    waitTimeoutMs = 300_000,
    signal,
    onProgress = () => undefined,
  } = options;
  const files = await readMigrations(folder);
  let running: string | undefined;
  const follow = (progress: MigrationProgress): void => {
    if (progress.kind === "started") running = progress.fileName;
    if (progress.kind === "finished") running = undefined;
    onProgress(progress);
  };
  return withMigrationSession(options, async (connection, database) => {
    let abandoning: Promise<void> | undefined;
    const stop = (): void => void (abandoning = connection.abandon(dbError("DB_CLOSED")));
    signal?.addEventListener("abort", stop);
    try {
      if (signal?.aborted === true) throw interrupted();
      return await withMigrationLock(
        connection,
        { database, waitTimeoutMs, onWaiting: () => onProgress({ kind: "waiting" }) },
        async () => {
          await createHistory(connection);
          await provideReleaseMemory(connection);
          const history = await readHistory(connection);
          return await work({ connection, history, files, lockTimeoutMs, lockAttempts, signal, onProgress: follow });
        },
      );
    } catch (error) {
      if (signal?.aborted !== true) throw error;
      throw interrupted(running);
    } finally {
      signal?.removeEventListener("abort", stop);
      // The server must have stopped before anybody is told so.
      await abandoning;
    }
  });
}

/** Whoever may create nothing here can still find that there is nothing to apply; the server says what it misses. */
async function provideReleaseMemory(connection: Connection): Promise<void> {
  try {
    await createReleaseMemory({ run: ({ text }, values) => connection.send({ text, values, name: undefined }) });
  } catch (error) {
    if (!(error instanceof DbError) || error.code !== "DB_PERMISSION_DENIED") throw error;
  }
}

/** Plans, and adds to the report of an unfinished migration which indexes it may have left unusable. */
export async function planOn(connection: Connection, make: () => MigrationFile[]): Promise<MigrationFile[]> {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof MigrateError) || error.code !== "MIGRATE_DIRTY") throw error;
    const text = "SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid ORDER BY 1";
    const { rows } = await connection.send({ text, values: [], name: undefined });
    const invalidIndexes = rows.map(([name]) => name);
    const found = invalidIndexes.length > 0 ? ` INVALID now: ${invalidIndexes.join(", ")}.` : "";
    throw new MigrateError(error.message, {
      code: error.code,
      hint: `${error.hint ?? ""}${found}`,
      details: { ...error.details, invalidIndexes },
    });
  }
}
