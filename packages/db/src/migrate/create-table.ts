import { checkSql, columnSql } from "./column-sql.ts";
import { identifier, identifiers, objectName, searchExpression } from "./sql-text.ts";
import { columnsOf, isSoftDeleted, type TableField, type TableModel } from "./table-model.ts";

/** A migration and what undoes it. */
export interface MigrationSql {
  readonly up: string;
  readonly down: string;
}

export interface CreateTableOptions {
  /** Fields whose reference is left out, because the table they refer to does not exist yet. @default [] */
  readonly withoutReferences?: readonly string[];
}

/**
 * DDL of a resource's table: columns in the order of the fields, constraints, then indexes.
 *
 * A unique field of a soft-deleting resource gets a partial unique index, so that the value of a deleted row can be used
 * again; such a field cannot be the target of a `ref`.
 */
export function createTableSql(table: TableModel, { withoutReferences = [] }: CreateTableOptions = {}): MigrationSql {
  const columns = columnsOf(table);
  const softDeleted = isSoftDeleted(table);
  const lines = columns.map(columnSql);
  if (softDeleted && !columns.some(({ name }) => name === "deleted_at")) lines.push(`"deleted_at" TIMESTAMPTZ`);
  for (const field of columns) {
    if (field.unique && !field.primary && !softDeleted) lines.push(uniqueSql(table.name, field));
    const check = checkSql(table.name, field);
    if (check !== undefined) lines.push(check);
    if (field.ref !== undefined && !withoutReferences.includes(field.name)) lines.push(referenceSql(table.name, field));
  }
  const create = `CREATE TABLE ${identifier(table.name)} (\n  ${lines.join(",\n  ")}\n);\n`;
  return {
    up: [create, ...indexesSql(table, softDeleted)].join(""),
    down: `DROP TABLE ${identifier(table.name)};\n`,
  };
}

/** Adds a reference that {@link createTableSql} left out, once the other table exists. */
export function addReferenceSql(table: string, field: TableField): MigrationSql {
  const alter = `ALTER TABLE ${identifier(table)}`;
  return {
    up: `${alter} ADD ${referenceSql(table, field)};\n`,
    down: `${alter} DROP CONSTRAINT ${identifier(objectName("fk", table, field.name))};\n`,
  };
}

function uniqueSql(table: string, { name }: TableField): string {
  return `CONSTRAINT ${identifier(objectName("uq", table, name))} UNIQUE (${identifier(name)})`;
}

function referenceSql(table: string, { name, ref }: TableField): string {
  const target = ref === undefined ? "" : `${identifier(ref.resource)} (${identifier(ref.field)})`;
  return `CONSTRAINT ${identifier(objectName("fk", table, name))} FOREIGN KEY (${identifier(name)}) REFERENCES ${target}`;
}

function indexesSql(table: TableModel, softDeleted: boolean): string[] {
  const on = identifier(table.name);
  const statements: string[] = [];
  const add = (name: string, definition: string, unique = false): void => {
    statements.push(`CREATE ${unique ? "UNIQUE " : ""}INDEX ${identifier(name)} ON ${on} ${definition};\n`);
  };
  const alive = softDeleted ? ` WHERE "deleted_at" IS NULL` : "";
  for (const field of softDeleted ? columnsOf(table) : []) {
    if (!field.unique || field.primary) continue;
    add(objectName("uq", table.name, field.name), `(${identifier(field.name)})${alive}`, true);
  }
  for (const { fields, unique, order } of table.indexes) {
    const columns = order === "desc" ? `${identifiers(fields)} DESC` : identifiers(fields);
    const name = objectName(unique ? "uq" : "idx", table.name, ...fields, ...(order === "desc" ? ["desc"] : []));
    add(name, `(${columns})${unique ? alive : ""}`, unique);
  }
  const searches = new Map(table.endpoints.map(({ search }) => [search.join(), search]));
  for (const fields of searches.values()) {
    if (fields.length > 0)
      add(objectName("idx", table.name, "search", ...fields), `USING gin (${searchExpression(fields)})`);
  }
  return statements;
}
