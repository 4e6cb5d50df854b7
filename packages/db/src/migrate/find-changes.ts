import { diffSchema, type SchemaChange } from "./diff-schema.ts";
import { introspect } from "./introspect.ts";
import { type MigrationSessionOptions, withMigrationSession } from "./migration-session.ts";
import type { TableModel } from "./table-model.ts";
import { wantedSchema } from "./wanted-schema.ts";

export interface FindChangesOptions extends MigrationSessionOptions {
  /** Resources of the connection. */
  readonly tables: readonly TableModel[];
}

/**
 * How the live schema differs from what the resources want. Changes nothing: what is wanted is created in a transaction
 * that is rolled back.
 *
 * @throws `MigrateError`; `DbError` when the server cannot be reached or the user may not create a schema
 */
export async function findSchemaChanges(options: FindChangesOptions): Promise<SchemaChange[]> {
  return withMigrationSession(options, async (connection) => {
    const wanted = await wantedSchema(connection, options.tables);
    return diffSchema(wanted, await introspect(connection));
  });
}
