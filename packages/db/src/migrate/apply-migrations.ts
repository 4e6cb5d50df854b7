import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "../connection.ts";
import { MigrateError } from "../errors.ts";
import { createHistory, readHistory, removeFromHistory, writeHistory } from "./history.ts";
import { readMigrations, type MigrationFile, type MigrationScript } from "./migration-file.ts";
import { withMigrationLock, withMigrationSession, type MigrationSessionOptions } from "./migration-session.ts";
import { planMigrations, type AppliedMigration } from "./plan-migrations.ts";
import { runInTransaction, runWithoutTransaction } from "./run-script.ts";
import { hasSql } from "./split-statements.ts";

/** What happens while migrating, as it happens. */
export type MigrationProgress =
  /** Another migrator is at work. */
  | { readonly kind: "waiting" }
  | { readonly kind: "started"; readonly fileName: string }
  /** A lock was not granted; the file is tried again after a pause, so that other statements get through. */
  | { readonly kind: "retrying"; readonly fileName: string; readonly attempt: number; readonly delayMs: number }
  | { readonly kind: "finished"; readonly fileName: string; readonly durationMs: number };

export interface MigrateOptions extends MigrationSessionOptions {
  /** Folder of the migration files. */
  readonly folder: string;
  /** Longest wait of a statement for a lock, in milliseconds; whoever queues behind it waits as long. @default 2_000 */
  readonly lockTimeoutMs?: number;
  /** How often a file is tried before a lock that is not granted is an error. @default 5 */
  readonly lockAttempts?: number;
  /** Longest wait for another migrator, in milliseconds. @default 300_000 */
  readonly waitTimeoutMs?: number;
  /** Applies files with a lower number than the last applied one. @default false */
  readonly allowOutOfOrder?: boolean;
  readonly onProgress?: (progress: MigrationProgress) => void;
}

export interface FinishedMigration {
  readonly version: number;
  readonly fileName: string;
  readonly durationMs: number;
}

interface Migrator {
  readonly connection: Connection;
  readonly history: readonly AppliedMigration[];
  readonly files: readonly MigrationFile[];
  readonly lockTimeoutMs: number;
  readonly lockAttempts: number;
  readonly onProgress: (progress: MigrationProgress) => void;
}

/**
 * Applies every pending migration, each in a transaction of its own, on a connection of its own.
 *
 * May be run by any number of processes at the same time: one works, the others wait and find nothing left to do.
 *
 * @throws `MigrateError`; `DbError` when the server cannot be reached
 */
export async function applyMigrations(options: MigrateOptions): Promise<FinishedMigration[]> {
  return migrate(options, async (migrator) => {
    const { files, history } = migrator;
    const pending = await plan(migrator.connection, () =>
      planMigrations({ files, applied: history, allowOutOfOrder: options.allowOutOfOrder }),
    );
    const finished: FinishedMigration[] = [];
    for (const file of pending) {
      finished.push(
        await runFile(migrator, file.up, {
          version: file.version,
          record: (success, durationMs) => writeHistory(migrator.connection, { file, success, durationMs }),
        }),
      );
    }
    return finished;
  });
}

/**
 * Reverts the last applied migration, and only that.
 *
 * @throws `MigrateError`, among others `MIGRATE_NOTHING_APPLIED` and `MIGRATE_DOWN_MISSING`
 */
export async function rollbackLast(options: MigrateOptions): Promise<FinishedMigration> {
  return migrate(options, async (migrator) => {
    const { connection, files, history } = migrator;
    await plan(connection, () => planMigrations({ files, applied: history, allowOutOfOrder: true }));
    const last = history.at(-1);
    const file = files.find(({ version }) => version === last?.version);
    if (file === undefined) {
      throw new MigrateError("No migration is applied.", {
        code: "MIGRATE_NOTHING_APPLIED",
        hint: "There is nothing to roll back.",
      });
    }
    const down = file.down;
    if (down === undefined || !hasSql(down.sql)) {
      throw new MigrateError(
        `The migration ${file.up.fileName} has ${down === undefined ? "no" : "an empty"} down file.`,
        {
          code: "MIGRATE_DOWN_MISSING",
          hint: `Write what undoes it into ${file.up.fileName.replace(/(\.up)?\.sql$/, ".down.sql")}.`,
          details: { file: file.up.fileName },
        },
      );
    }
    return runFile(migrator, down, {
      version: file.version,
      record: (success, durationMs) =>
        success ? removeFromHistory(connection, file.version) : writeHistory(connection, { file, success, durationMs }),
    });
  });
}

async function migrate<T>(options: MigrateOptions, work: (migrator: Migrator) => Promise<T>): Promise<T> {
  const {
    folder,
    lockTimeoutMs = 2_000,
    lockAttempts = 5,
    waitTimeoutMs = 300_000,
    onProgress = () => undefined,
  } = options;
  const files = await readMigrations(folder);
  return withMigrationSession(options, (connection, database) =>
    withMigrationLock(
      connection,
      { database, waitTimeoutMs, onWaiting: () => onProgress({ kind: "waiting" }) },
      async () => {
        await createHistory(connection);
        const history = await readHistory(connection);
        return work({ connection, history, files, lockTimeoutMs, lockAttempts, onProgress });
      },
    ),
  );
}

/** Plans, and adds to the report of an unfinished migration which indexes it may have left unusable. */
async function plan(connection: Connection, make: () => MigrationFile[]): Promise<MigrationFile[]> {
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

interface Recording {
  readonly version: number;
  readonly record: (success: boolean, durationMs: number) => Promise<void>;
}

async function runFile(
  migrator: Migrator,
  script: MigrationScript,
  { version, record }: Recording,
): Promise<FinishedMigration> {
  const { connection, lockTimeoutMs, onProgress } = migrator;
  const { fileName } = script;
  const started = performance.now();
  const durationMs = (): number => Math.round(performance.now() - started);
  onProgress({ kind: "started", fileName });
  // For the session, so that a file without a transaction has it as well; a file may set its own.
  await command(connection, `SET lock_timeout = ${Math.trunc(lockTimeoutMs)}`);
  if (script.isTransactional) {
    await withLockRetries(migrator, fileName, async () => {
      await command(connection, "BEGIN");
      try {
        await runInTransaction(connection, script);
        await record(true, performance.now() - started);
        await command(connection, "COMMIT");
      } catch (error) {
        if (!connection.lost) await command(connection, "ROLLBACK");
        throw error;
      }
    });
  } else {
    // Written first: if this process dies half-way, the next one must not start the file again from its beginning.
    await record(false, 0);
    await runWithoutTransaction(connection, script);
    await record(true, performance.now() - started);
  }
  onProgress({ kind: "finished", fileName, durationMs: durationMs() });
  return { version, fileName, durationMs: durationMs() };
}

/** Gives up a lock it does not get, lets the others through and tries again: a waiting ALTER TABLE blocks every reader. */
async function withLockRetries(
  { lockAttempts, onProgress }: Migrator,
  fileName: string,
  run: () => Promise<void>,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      const isLockTimeout = error instanceof MigrateError && error.details?.["sqlState"] === "55P03";
      if (!isLockTimeout || attempt >= lockAttempts) throw error;
      const delayMs = Math.min(10_000, 250 * 2 ** attempt);
      onProgress({ kind: "retrying", fileName, attempt, delayMs });
      await sleep(delayMs);
    }
  }
}

async function command(connection: Connection, text: string): Promise<void> {
  await connection.send({ text, values: [], name: undefined });
}
