import { MigrateError } from "../errors.ts";
import { removeFromHistory, writeHistory } from "./history.ts";
import { type MigrateOptions, planOn, withMigrator } from "./migrator.ts";
import { planMigrations } from "./plan-migrations.ts";
import { type FinishedMigration, runFile } from "./run-file.ts";
import { hasSql } from "./split-statements.ts";

/**
 * Reverts the last applied migration, and only that.
 *
 * @throws `MigrateError`, among others `MIGRATE_NOTHING_APPLIED` and `MIGRATE_DOWN_MISSING`
 */
export async function rollbackLast(options: MigrateOptions): Promise<FinishedMigration> {
  return withMigrator(options, async (migrator) => {
    const { connection, files, history } = migrator;
    await planOn(connection, () => planMigrations({ files, applied: history, allowOutOfOrder: true }));
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
