import type { Resource } from "@shaperail/resource";
import { OWNER_FIELD } from "../stamp.ts";
import { type Column, toColumn } from "./column.ts";
import { quoteIdentifier } from "./sql-text.ts";

/** A resource as its endpoints see the table behind it. */
export interface Table {
  readonly resource: Resource;
  /** Quoted name. */
  readonly name: string;
  /** Every field that has a column, by name. */
  readonly columns: ReadonlyMap<string, Column>;
  /** What a response shows: every column that is not sensitive, in schema order. */
  readonly visible: readonly Column[];
  readonly primaryKey: Column;
  /** The tenant key, when rows belong to tenants. */
  readonly tenant: Column | undefined;
  /** `created_by`, when it can hold the caller's identifier. */
  readonly owner: Column | undefined;
  /** Some endpoint of the table sets `deleted_at`, so a row that has one is gone for all of them. */
  readonly softDeletes: boolean;
}

/** Name under which every statement addresses its table. */
export const ALIAS = "t";

/** The tables of a set of resources. Versions of one resource share a table, and so what is deleted in one is gone in all. */
export function compileTables(resources: readonly Resource[]): ReadonlyMap<Resource, Table> {
  const softDeleting = new Set(
    resources.filter(({ endpoints }) => endpoints.some(({ softDelete }) => softDelete)).map(tableKey),
  );
  return new Map(resources.map((resource) => [resource, compileTable(resource, softDeleting.has(tableKey(resource)))]));
}

function compileTable(resource: Resource, softDeletes: boolean): Table {
  const stored = resource.fields.filter(({ transient }) => !transient).map(toColumn);
  const columns = new Map(stored.map((column) => [column.field.name, column]));
  const primaryKey = columns.get(resource.primaryKey);
  if (primaryKey === undefined) {
    throw new TypeError(`${resource.name} has no primary key column; the resource was not validated.`);
  }
  return {
    resource,
    name: quoteIdentifier(resource.name),
    columns,
    visible: stored.filter(({ field }) => !field.sensitive),
    primaryKey,
    tenant: resource.tenantKey === undefined ? undefined : columns.get(resource.tenantKey),
    owner: ownerColumn(columns.get(OWNER_FIELD)),
    softDeletes,
  };
}

function ownerColumn(column: Column | undefined): Column | undefined {
  const type = column?.field.type;
  return type === "uuid" || type === "string" ? column : undefined;
}

/** Conditions as a WHERE clause, or nothing. */
export function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
}

/** The condition that leaves deleted rows out, when the table soft-deletes. */
export function aliveCondition(table: Table, alias: string = ALIAS): readonly string[] {
  return table.softDeletes ? [`${alias}."deleted_at" IS NULL`] : [];
}

function tableKey({ db, name }: Resource): string {
  return `${db} ${name}`;
}
