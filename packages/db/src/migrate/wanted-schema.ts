import type { Connection } from "../connection.ts";
import { addReferenceSql, createTableSql } from "./create-table.ts";
import { introspect, type LiveSchema } from "./introspect.ts";
import { mergeTables } from "./merge-tables.ts";
import { columnsOf, type TableModel } from "./table-model.ts";

/**
 * The schema these resources want, in PostgreSQL's own words: it is created beside the live one and rolled back, because
 * only the server knows how it will write down an expression.
 */
export async function wantedSchema(connection: Connection, resources: readonly TableModel[]): Promise<LiveSchema> {
  const tables = mergeTables(resources);
  const referring = tables.map((table) => ({ table, fields: columnsOf(table).filter(({ ref }) => ref !== undefined) }));
  const ddl = [
    ...referring.map(({ table, fields }) => createTableSql(table, { withoutReferences: fields.map((f) => f.name) }).up),
    ...referring.flatMap(({ table, fields }) => fields.map((field) => addReferenceSql(table.name, field).up)),
  ];
  const command = async (text: string): Promise<void> => {
    await connection.send({ text, values: [], name: undefined });
  };
  await command("BEGIN");
  try {
    await command("CREATE SCHEMA shaperail_wanted");
    await command("SET LOCAL search_path = shaperail_wanted");
    await command(ddl.join(""));
    return await introspect(connection);
  } finally {
    if (!connection.lost) await command("ROLLBACK");
  }
}
