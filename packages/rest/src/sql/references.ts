import type { Field, Resource } from "@shaperail/resource";
import { quoteIdentifier } from "./sql-text.ts";
import { sqlType } from "./sql-type.ts";
import { aliveCondition, type Table, where } from "./table.ts";

/** Where the values of a field lead, when PostgreSQL's foreign keys cannot say all there is to say about it. */
export interface Reference {
  readonly field: Field;
  readonly target: Table;
  /** Field of the target that the values are looked up in. */
  readonly remote: string;
}

/**
 * The references of a resource that its writes check themselves, by the name of the field: the elements of arrays, which have no foreign
 * keys, and whatever leads to rows of tenants, since a foreign key would lead to anybody's.
 */
export function compileReferences(
  resource: Resource,
  tables: ReadonlyMap<Resource, Table>,
): ReadonlyMap<string, Reference> {
  const reachable = [...tables.values()].filter(({ resource: other }) => other.db === resource.db);
  const tableOf = (name: string): Table | undefined => reachable.find(({ resource: other }) => other.name === name);
  const references = new Map<string, Reference>();
  for (const field of resource.fields) {
    if (field.transient) continue;
    const link = linkOf(resource, field);
    const target = link === undefined ? undefined : tableOf(link.resource);
    if (link === undefined || target === undefined) continue;
    if (field.type === "array" || target.tenant !== undefined) {
      references.set(field.name, { field, target, remote: link.field });
    }
  }
  return references;
}

function linkOf({ relations }: Resource, { name, ref, items }: Field): { resource: string; field: string } | undefined {
  const relation = relations.find(({ kind, localField }) => kind === "belongs_to" && localField === name);
  return items?.ref ?? ref ?? (relation && { resource: relation.resource, field: relation.remoteField });
}

export interface ReferencePlace {
  /** SQL of the value or array, without its type. */
  readonly value: string;
  /** `FROM` item the value stands in; undefined for a single bound value. */
  readonly from?: string;
  /** SQL text of what stands before the field's name in a path: `'[' || … || '].'`. */
  readonly prefix?: string;
  /** SQL conditions that no row written by the same statement is the one referred to; none for rows of other tables. */
  readonly unwritten?: (value: string, reference: Reference) => readonly string[];
  /** Number of the parameter with the tenant whose rows may be referred to; undefined: anybody's. */
  readonly tenantParameter: number | undefined;
}

/** SELECTs of the paths of values that lead to no row the caller could refer to. For elements, a row that is soft-deleted is no row. */
export function missingReferences(reference: Reference, place: ReferencePlace): readonly string[] {
  const { field, target, remote } = reference;
  const { value, from, prefix, unwritten, tenantParameter } = place;
  const path = (text: string): string => `${prefix === undefined ? "" : `${prefix} || `}${text} AS path`;
  const typed = `${value}::${sqlType(field)}`;
  const column = `r.${quoteIdentifier(remote)}`;
  const ofTenant =
    target.tenant === undefined || tenantParameter === undefined
      ? []
      : [`r.${target.tenant.name} = $${tenantParameter}`];
  const absent = (conditions: readonly string[]): string =>
    `NOT EXISTS (SELECT 1 FROM ${target.name} r${where([...conditions, ...ofTenant])})`;
  if (field.type === "array") {
    const elements = `unnest(${typed}) WITH ORDINALITY AS u(v, n)`;
    const conditions = [`${column} = u.v`, ...aliveCondition(target, "r")];
    const rows = from === undefined ? elements : `${from}, ${elements}`;
    const element = `'${field.name}[' || (u.n - 1) || ']'`;
    return [`SELECT ${path(element)} FROM ${rows} WHERE u.v IS NOT NULL AND ${absent(conditions)}`];
  }
  // Its foreign key says the rest.
  if (ofTenant.length === 0) return [];
  const source = from === undefined ? "" : ` FROM ${from}`;
  const conditions = [
    `${typed} IS NOT NULL`,
    absent([`${column} = ${typed}`]),
    // As with a foreign key, rows that are made together may refer to each other.
    ...(unwritten?.(typed, reference) ?? []),
  ];
  return [`SELECT ${path(`'${field.name}'`)}${source}${where(conditions)}`];
}
