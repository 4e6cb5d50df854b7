import { MigrateError } from "../errors.ts";
import { isSameFile, type MigrationFile } from "./migration-file.ts";
import { formatVersion } from "./migration-name.ts";

/** A row of the history. */
export interface AppliedMigration {
  readonly version: number;
  readonly description: string;
  /** False while, and after, a migration without a transaction stopped half-way. */
  readonly success: boolean;
  /** SHA-384 in hexadecimal. */
  readonly checksum: string;
  /** ISO 8601. */
  readonly installedOn: string;
}

export interface MigrationPlanInput {
  readonly files: readonly MigrationFile[];
  readonly applied: readonly AppliedMigration[];
  /** Applies files with a lower number than the last applied one, as branches that were merged late have. @default false */
  readonly allowOutOfOrder?: boolean;
}

/**
 * What is to be applied, in order.
 *
 * @throws `MigrateError` `MIGRATE_DIRTY`, `MIGRATE_FILE_MISSING`, `MIGRATE_FILE_EDITED` or `MIGRATE_OUT_OF_ORDER`
 */
export function planMigrations({ files, applied, allowOutOfOrder = false }: MigrationPlanInput): MigrationFile[] {
  const fileOf = new Map(files.map((file) => [file.version, file]));
  const dirty = applied.find(({ success }) => !success);
  if (dirty !== undefined) throw dirtyError(dirty, fileOf.get(dirty.version)?.up.fileName);

  const missing = applied.filter(({ version }) => !fileOf.has(version));
  if (missing.length > 0) {
    throw new MigrateError(`Applied migrations have no file: ${missing.map(nameOf).join(", ")}.`, {
      code: "MIGRATE_FILE_MISSING",
      hint: "Bring the files back from version control; this database was migrated by newer or other code.",
      details: { versions: missing.map(({ version }) => version) },
    });
  }
  const edited = applied.flatMap(({ version, checksum }) => {
    const file = fileOf.get(version);
    return file === undefined || isSameFile(file.up.sql, checksum) ? [] : [file.up.fileName];
  });
  if (edited.length > 0) {
    throw new MigrateError(`Migrations were changed after they had been applied: ${edited.join(", ")}.`, {
      code: "MIGRATE_FILE_EDITED",
      hint: "Undo the change, and write what is new into a migration of its own.",
      details: { files: edited },
    });
  }
  const versions = new Set(applied.map(({ version }) => version));
  const pending = files.filter(({ version }) => !versions.has(version));
  const last = Math.max(0, ...versions);
  const late = pending.filter(({ version }) => version < last).map(({ up }) => up.fileName);
  if (late.length > 0 && !allowOutOfOrder) {
    throw new MigrateError(
      `Pending migrations come before the last applied one, ${formatVersion(last)}: ${late.join(", ")}.`,
      {
        code: "MIGRATE_OUT_OF_ORDER",
        hint: "Renumber them after the last one, or allow migrations out of order.",
        details: { files: late, lastApplied: last },
      },
    );
  }
  return pending;
}

function nameOf({ version, description }: AppliedMigration): string {
  return `${formatVersion(version)} ${description}`;
}

function dirtyError(migration: AppliedMigration, fileName: string | undefined): MigrateError {
  const { version } = migration;
  return new MigrateError(`The migration ${fileName ?? nameOf(migration)} stopped half-way and is not finished.`, {
    code: "MIGRATE_DIRTY",
    hint:
      `Undo by hand what it did, an INVALID index above all (DROP INDEX CONCURRENTLY), then run ` +
      `DELETE FROM _sqlx_migrations WHERE version = ${version}; and migrate again.`,
    details: { version },
  });
}
