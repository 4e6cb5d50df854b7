import type { Connection } from "../connection.ts";
import { literal } from "./sql-text.ts";
import { checksumOf, type MigrationFile } from "./migration-file.ts";
import type { AppliedMigration } from "./plan-migrations.ts";

/** sqlx's table and columns, so that a project can move over, and back, with its history. */
const CREATE = `CREATE TABLE IF NOT EXISTS _sqlx_migrations (
  version BIGINT PRIMARY KEY,
  description TEXT NOT NULL,
  installed_on TIMESTAMPTZ NOT NULL DEFAULT now(),
  success BOOLEAN NOT NULL,
  checksum BYTEA NOT NULL,
  execution_time BIGINT NOT NULL
)`;

const READ = `SELECT version, description, success, encode(checksum, 'hex'),
  to_char(installed_on AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  FROM _sqlx_migrations ORDER BY version`;

export async function createHistory(connection: Connection): Promise<void> {
  // Asked first, because IF NOT EXISTS needs the right to create even when there is nothing to create.
  if (!(await hasHistory(connection))) await connection.send({ text: CREATE, values: [], name: undefined });
}

async function hasHistory(connection: Connection): Promise<boolean> {
  const text = "SELECT to_regclass('_sqlx_migrations')";
  const { rows } = await connection.send({ text, values: [], name: undefined });
  return rows[0]?.[0] !== null;
}

/** Empty when the database was never migrated. */
export async function readHistory(connection: Connection): Promise<AppliedMigration[]> {
  if (!(await hasHistory(connection))) return [];
  const { rows } = await connection.send({ text: READ, values: [], name: undefined });
  return rows.map(([version, description, success, checksum, installedOn]) => ({
    version: Number(version),
    description: description ?? "",
    success: success === "t",
    checksum: checksum ?? "",
    installedOn: installedOn ?? "",
  }));
}

export interface HistoryEntry {
  readonly file: MigrationFile;
  readonly success: boolean;
  readonly durationMs: number;
}

/** Writes a row, or replaces the one of the same version. */
export async function writeHistory(connection: Connection, { file, success, durationMs }: HistoryEntry): Promise<void> {
  const checksum = `decode('${checksumOf(file.up.sql)}', 'hex')`;
  const nanoseconds = Math.round(durationMs * 1_000_000);
  const text =
    `INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) ` +
    `VALUES (${file.version}, ${literal(file.description)}, ${success}, ${checksum}, ${nanoseconds}) ` +
    `ON CONFLICT (version) DO UPDATE SET success = excluded.success, checksum = excluded.checksum, ` +
    `execution_time = excluded.execution_time`;
  await connection.send({ text, values: [], name: undefined });
}

export async function removeFromHistory(connection: Connection, version: number): Promise<void> {
  const text = `DELETE FROM _sqlx_migrations WHERE version = ${version}`;
  await connection.send({ text, values: [], name: undefined });
}

/** Takes the file as it is now for the one that was applied. */
export async function acceptEdited(connection: Connection, file: MigrationFile): Promise<void> {
  const checksum = `decode('${checksumOf(file.up.sql)}', 'hex')`;
  const text = `UPDATE _sqlx_migrations SET checksum = ${checksum} WHERE version = ${file.version} AND success`;
  await connection.send({ text, values: [], name: undefined });
}
