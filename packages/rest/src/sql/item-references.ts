import type { FieldReference, Resource } from "@shaperail/resource";
import type { Column } from "./column.ts";
import { quoteIdentifier } from "./sql-text.ts";
import { sqlType } from "./sql-type.ts";
import { aliveCondition, type Table, where } from "./table.ts";

/** Finds the table a reference leads to, on the same connection. */
export type ResolveReference = (reference: FieldReference) => Table | undefined;

export function createReferenceResolver(resource: Resource, tables: ReadonlyMap<Resource, Table>): ResolveReference {
  const reachable = [...tables.values()].filter(({ resource: other }) => other.db === resource.db);
  return ({ resource: name }) => reachable.find(({ resource: other }) => other.name === name);
}

export interface ItemReferencePlan {
  readonly column: Column;
  readonly target: Table;
  /** SQL of the array, without its type. */
  readonly array: string;
  /** `FROM` and `WHERE` of the rows the array stands in; undefined for a single bound array. */
  readonly from?: string;
  /** SQL text of what stands before the field's name in a path: `'[' || … || '].'`. */
  readonly prefix?: string;
}

/**
 * SELECT of the paths of elements that refer to no row; PostgreSQL has no foreign keys for elements of arrays.
 * A row that is soft-deleted is no row.
 */
export function missingItems({ column, target, array, from, prefix }: ItemReferencePlan): string {
  const remote = column.field.items?.ref?.field ?? target.primaryKey.field.name;
  const path = `'${column.field.name}[' || (u.n - 1) || ']'`;
  const conditions = where([`r.${quoteIdentifier(remote)} = u.v`, ...aliveCondition(target, "r")]);
  const elements = `unnest(${array}::${sqlType(column.field)}) WITH ORDINALITY AS u(v, n)`;
  const rows = from === undefined ? elements : `${from}, ${elements}`;
  return `SELECT ${prefix === undefined ? "" : `${prefix} || `}${path} AS path FROM ${rows} WHERE u.v IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ${target.name} r${conditions})`;
}
