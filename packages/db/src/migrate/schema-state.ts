import type { Database } from "../database.ts";
import { type MigrationFile } from "./migration-file.ts";

/** Where a database stands, as the application that uses it sees it. */
export interface SchemaState {
  /** Number of the last applied migration; undefined when the database was never migrated. */
  readonly version: number | undefined;
  /** Files that are not applied, or not to their end. What is applied and has no file is a newer version's, and no harm. */
  readonly pending: readonly string[];
}

/**
 * Compares the files with the history. Reads only, and needs no session of its own: a pooler may be in between.
 *
 * @throws `DbError`
 */
export async function readSchemaState(
  database: Pick<Database, "run">,
  files: readonly MigrationFile[],
): Promise<SchemaState> {
  const exists = await database.run({ name: "migrations.exists", text: "select to_regclass('_sqlx_migrations')" }, []);
  const text = "select version from _sqlx_migrations where success order by version";
  const rows =
    (exists.rows[0]?.[0] ?? null) === null ? [] : (await database.run({ name: "migrations.applied", text }, [])).rows;
  const applied = rows.map(([version]) => Number(version));
  return {
    version: applied.at(-1),
    pending: files.filter(({ version }) => !applied.includes(version)).map(({ up }) => up.fileName),
  };
}
