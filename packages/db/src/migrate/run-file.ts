import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "../connection.ts";
import { MigrateError } from "../errors.ts";
import type { MigrationFile, MigrationScript } from "./migration-file.ts";
import type { AppliedMigration } from "./plan-migrations.ts";
import { runInTransaction, runWithoutTransaction } from "./run-script.ts";

/** What happens while migrating, as it happens. */
export type MigrationProgress =
  /** Another migrator is at work. */
  | { readonly kind: "waiting" }
  | { readonly kind: "started"; readonly fileName: string }
  /** A lock was not granted; the file is tried again after a pause, so that other statements get through. */
  | { readonly kind: "retrying"; readonly fileName: string; readonly attempt: number; readonly delayMs: number }
  | { readonly kind: "finished"; readonly fileName: string; readonly durationMs: number };

export interface FinishedMigration {
  readonly version: number;
  readonly fileName: string;
  readonly durationMs: number;
}

/** What the work of a migrator needs, under the lock. */
export interface Migrator {
  readonly connection: Connection;
  readonly history: readonly AppliedMigration[];
  readonly files: readonly MigrationFile[];
  readonly lockTimeoutMs: number;
  readonly lockAttempts: number;
  /** Ends the work as soon as possible. */
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (progress: MigrationProgress) => void;
}

export interface Recording {
  readonly version: number;
  readonly record: (success: boolean, durationMs: number) => Promise<void>;
}

/** Runs one direction of a migration and records it. */
export async function runFile(
  migrator: Migrator,
  script: MigrationScript,
  { version, record }: Recording,
): Promise<FinishedMigration> {
  const { connection, lockTimeoutMs, signal, onProgress } = migrator;
  const { fileName } = script;
  throwIfInterrupted(signal);
  const started = performance.now();
  const durationMs = (): number => Math.round(performance.now() - started);
  onProgress({ kind: "started", fileName });
  // For the session, so that a file without a transaction has it as well; a file may set its own.
  await command(connection, `SET lock_timeout = ${Math.trunc(lockTimeoutMs)}`);
  // Policies hold for the owner of a table as well: without this an UPDATE of every row would be one of none.
  await command(connection, "SET shaperail.bypass_tenant = 'on'");
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
    const run = (): Promise<void> => runWithoutTransaction(connection, script);
    await (script.isRepeatable ? withLockRetries(migrator, fileName, run) : run());
    await record(true, performance.now() - started);
  }
  onProgress({ kind: "finished", fileName, durationMs: durationMs() });
  return { version, fileName, durationMs: durationMs() };
}

/** Gives up a lock it does not get, lets the others through and tries again: a waiting ALTER TABLE blocks every reader. */
async function withLockRetries(
  { lockAttempts, signal, onProgress }: Migrator,
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
      await sleep(delayMs, undefined, { signal }).catch(() => undefined);
      throwIfInterrupted(signal);
    }
  }
}

async function command(connection: Connection, text: string): Promise<void> {
  await connection.send({ text, values: [], name: undefined });
}

/** Nothing is begun once somebody has asked to stop. */
function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw interrupted();
}

export function interrupted(fileName?: string): MigrateError {
  return new MigrateError(fileName === undefined ? "Interrupted." : `Interrupted during ${fileName}.`, {
    code: "MIGRATE_INTERRUPTED",
    hint: "What was finished is applied, the file in progress is not: migrate again to go on.",
    details: { file: fileName },
  });
}
