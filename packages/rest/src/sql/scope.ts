import type { Scope, SqlValue } from "../port.ts";
import { parseTextValue } from "../query/text-value.ts";
import type { Column } from "./column.ts";
import { ALIAS, type Table } from "./table.ts";

/** Which predicates a scope adds to a statement on a table: the text depends on nothing else of it. */
export interface ScopeShape {
  readonly tenant: boolean;
  readonly owner: boolean;
  /** Tells the shapes apart: "", "_tenant", "_owner" or "_tenant_owner". */
  readonly name: string;
}

const EVERYTHING: ScopeShape = { tenant: false, owner: false, name: "" };
const TENANT: ScopeShape = { tenant: true, owner: false, name: "_tenant" };
const OWNER: ScopeShape = { tenant: false, owner: true, name: "_owner" };
const BOTH: ScopeShape = { tenant: true, owner: true, name: "_tenant_owner" };

export function scopeShape({ tenant: column }: Table, { tenant, owner }: Scope): ScopeShape {
  const isTenant = tenant !== undefined && column !== undefined;
  if (owner === undefined) return isTenant ? TENANT : EVERYTHING;
  return isTenant ? BOTH : OWNER;
}

/** Where the predicates stand. */
export interface ScopePlace {
  /** @default the table's own alias */
  readonly alias?: string;
  /** Number of the first bound parameter. */
  readonly firstParameter: number;
}

/** The tenant's predicate, then the owner's; {@link scopeValues} has their values. */
export function scopeConditions(table: Table, shape: ScopeShape, place: ScopePlace): readonly string[] {
  const owned = ownerCondition(table, shape, place);
  return [...tenantCondition(table, shape, place), ...(owned === undefined ? [] : [owned])];
}

export function tenantCondition(
  { tenant }: Table,
  shape: ScopeShape,
  { alias = ALIAS, firstParameter }: ScopePlace,
): readonly string[] {
  return shape.tenant && tenant !== undefined ? [`${alias}.${tenant.name} = $${firstParameter}`] : [];
}

/** Undefined when the shape has no owner. A table that does not say who made a row has none that the caller made. */
export function ownerCondition(
  { owner }: Table,
  shape: ScopeShape,
  { alias = ALIAS, firstParameter }: ScopePlace,
): string | undefined {
  if (!shape.owner) return undefined;
  const parameter = `$${firstParameter + (shape.tenant ? 1 : 0)}`;
  return owner === undefined ? `(${parameter}::text IS NULL AND FALSE)` : `${alias}.${owner.name} = ${parameter}`;
}

const NONE: readonly SqlValue[] = [];

/** The values of the predicates. One that no row can have is bound as NULL, which equals nothing. */
export function scopeValues(table: Table, { tenant, owner }: Scope): readonly SqlValue[] {
  const isTenant = tenant !== undefined && table.tenant !== undefined;
  if (owner === undefined) return isTenant ? [fitting(table.tenant, tenant)] : NONE;
  const owned = fitting(table.owner, owner);
  return isTenant ? [fitting(table.tenant, tenant), owned] : [owned];
}

export function fitting(column: Column | undefined, text: string): SqlValue {
  return column === undefined ? null : (parseTextValue(column.field, text) ?? null);
}

/** Something compiled for each shape when it is first needed: there are four. */
export function perScope<T>(table: Table, compile: (shape: ScopeShape) => T): (scope: Scope) => T {
  const compiled = new Map<ScopeShape, T>();
  return (scope) => {
    const shape = scopeShape(table, scope);
    let found = compiled.get(shape);
    if (found === undefined) {
      found = compile(shape);
      compiled.set(shape, found);
    }
    return found;
  };
}
