import { acceptEdited, readHistory, writeHistory } from "./history.ts";
import { type MigrationFile, readMigrations } from "./migration-file.ts";
import { type MigrationSessionOptions, withMigrationSession } from "./migration-session.ts";
import { type MigrateOptions, planOn, withMigrator } from "./migrator.ts";
import { planMigrations, type PlanChoices } from "./plan-migrations.ts";
import { type FinishedMigration, runFile } from "./run-file.ts";

export interface ApplyOptions extends MigrateOptions, PlanChoices {
  /** Called before the first of these is applied, while every other migrator waits; may refuse by throwing. */
  readonly beforeApply?: (pending: readonly MigrationFile[]) => Promise<void>;
  /** Called after each migration, once it is recorded. */
  readonly onFinished?: (migration: FinishedMigration) => void;
}

/**
 * Applies every pending migration, each in a transaction of its own, on a connection of its own.
 *
 * May be run by any number of processes at the same time: one works, the others wait and find nothing left to do.
 *
 * @throws `MigrateError`; `DbError` when the server cannot be reached
 */
export async function applyMigrations(options: ApplyOptions): Promise<FinishedMigration[]> {
  return withMigrator(options, async (migrator) => {
    const { connection, files, history } = migrator;
    const pending = await planOn(connection, () => planMigrations({ ...options, files, applied: history }));
    await options.beforeApply?.(pending);
    for (const file of files) {
      if (options.acceptEdited?.includes(file.up.fileName)) await acceptEdited(connection, file);
    }
    const finished: FinishedMigration[] = [];
    for (const file of pending) {
      const migration = await runFile(migrator, file.up, {
        version: file.version,
        record: (success, durationMs) => writeHistory(connection, { file, success, durationMs }),
      });
      options.onFinished?.(migration);
      finished.push(migration);
    }
    return finished;
  });
}

export interface PendingMigrationsOptions extends MigrationSessionOptions, PlanChoices {
  /** Folder of the migration files. */
  readonly folder: string;
}

/**
 * What {@link applyMigrations} would apply now, in order. Changes nothing and waits for nobody.
 *
 * @throws `MigrateError`, where applying would; `DbError` when the server cannot be reached
 */
export async function pendingMigrations(options: PendingMigrationsOptions): Promise<MigrationFile[]> {
  const files = await readMigrations(options.folder);
  return withMigrationSession(options, async (connection) => {
    const applied = await readHistory(connection);
    return await planOn(connection, () => planMigrations({ ...options, files, applied }));
  });
}
