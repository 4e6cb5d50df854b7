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

/** What a person may decide about a plan. */
export interface PlanChoices {
  /** Applies files with a lower number than the last applied one, as branches that were merged late have. @default false */
  readonly allowOutOfOrder?: boolean;
  /** Number of the last migration to apply. @default the last there is */
  readonly to?: number;
  /** Names of applied files that were changed and are from now on right as they are. @default [] */
  readonly acceptEdited?: readonly string[];
}

export interface MigrationPlanInput extends PlanChoices {
  readonly files: readonly MigrationFile[];
  readonly applied: readonly AppliedMigration[];
}

/**
 * What is to be applied, in order.
 *
 * A repeatable migration that stopped half-way is pending again; any other has to be repaired first.
 *
 * @throws `MigrateError` `MIGRATE_DIRTY`, `MIGRATE_FILE_MISSING`, `MIGRATE_FILE_EDITED`, `MIGRATE_OUT_OF_ORDER` or
 * `MIGRATE_FILE_UNKNOWN`
 */
export function planMigrations({
  files,
  applied,
  allowOutOfOrder = false,
  to = Infinity,
  acceptEdited = [],
}: MigrationPlanInput): MigrationFile[] {
  const fileOf = new Map(files.map((file) => [file.version, file]));
  checkChoices({ files, to, acceptEdited });
  const dirty = applied.find(({ version, success }) => !success && !fileOf.get(version)?.up.isRepeatable);
  if (dirty !== undefined) throw dirtyError(dirty, fileOf.get(dirty.version)?.up.fileName);

  const missing = applied.filter(({ version }) => !fileOf.has(version));
  if (missing.length > 0) {
    throw new MigrateError(`Applied migrations have no file: ${missing.map(nameOf).join(", ")}.`, {
      code: "MIGRATE_FILE_MISSING",
      hint: "Bring the files back from version control; this database was migrated by newer or other code.",
      details: { versions: missing.map(({ version }) => version) },
    });
  }
  const edited = applied.flatMap((row) => {
    const file = fileOf.get(row.version);
    if (file === undefined || !row.success || isSameFile(file.up.sql, row.checksum)) return [];
    return acceptEdited.includes(file.up.fileName) ? [] : [{ fileName: file.up.fileName, row }];
  });
  if (edited.length > 0) throw editedError(edited);
  const versions = new Set(applied.filter(({ success }) => success).map(({ version }) => version));
  const pending = files.filter(({ version }) => !versions.has(version) && version <= to);
  const last = Math.max(0, ...versions);
  const late = pending.filter(({ version }) => version < last).map(({ up }) => up.fileName);
  if (late.length > 0 && !allowOutOfOrder) {
    throw new MigrateError(
      `Pending migrations come before the last applied one, ${formatVersion(last)}: ${late.join(", ")}.`,
      {
        code: "MIGRATE_OUT_OF_ORDER",
        hint: "Renumber them after the last one, or apply them all the same with --allow-out-of-order.",
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

interface EditedMigration {
  readonly fileName: string;
  readonly row: AppliedMigration;
}

function editedError(edited: readonly EditedMigration[]): MigrateError {
  const names = edited.map(({ fileName }) => fileName);
  const [first] = names;
  const dates = edited.map(({ fileName, row }) => `${fileName} as it was on ${row.installedOn.slice(0, 10)}`);
  return new MigrateError(`Migrations were changed after they had been applied: ${names.join(", ")}.`, {
    code: "MIGRATE_FILE_EDITED",
    hint:
      `This database has ${dates.join(", ")}; \`git log -p -- ${names.map((name) => `"*/${name}"`).join(" ")}\` shows what ` +
      `changed since. Undo the change and write what is new into a migration of its own; if it changes nothing (a ` +
      `comment), accept it with --accept-edited ${first}.`,
    details: {
      files: names,
      edited: edited.map(({ fileName, row }) => ({
        file: fileName,
        applied_checksum: row.checksum,
        applied_on: row.installedOn,
      })),
    },
  });
}

function checkChoices({
  files,
  to,
  acceptEdited,
}: {
  readonly files: readonly MigrationFile[];
  readonly to: number;
  readonly acceptEdited: readonly string[];
}): void {
  const names = new Set(files.map(({ up }) => up.fileName));
  const unknown: (string | number)[] = acceptEdited.filter((name) => !names.has(name));
  if (to !== Infinity && !files.some(({ version }) => version === to)) unknown.push(to);
  if (unknown.length === 0) return;
  throw new MigrateError(`There is no migration ${unknown.join(", ")}.`, {
    code: "MIGRATE_FILE_UNKNOWN",
    hint: "Name one of the folder's migrations; --status lists them.",
    details: { unknown },
  });
}
