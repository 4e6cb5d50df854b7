import type { Relation, Resource } from "@shaperail/resource";
import { requirementOf } from "../access.ts";
import type { AccessRequirement, SqlValue } from "../port.ts";
import type { OutputColumn } from "./row-serializer.ts";
import { scopeConditions, scopeShape, scopeValues } from "./scope.ts";
import type { ScopedTable } from "./session.ts";
import { quoteIdentifier } from "./sql-text.ts";
import { ALIAS, aliveCondition, type Table, where } from "./table.ts";

/** Most rows of a has_many that one parent shows; `meta.truncated` names the relations that had more. */
const MOST_RELATED = 100;

/** A relation that `include` can name. */
export interface Include extends OutputColumn {
  readonly relation: Relation;
  readonly target: Table;
  /** What reading the related rows takes: what the related resource says of its own list or get. Undefined: nobody may. */
  readonly requirement: AccessRequirement | undefined;
}

/** The relations of a resource. One whose target is on another connection cannot be joined; the resource rules refuse it. */
export function compileIncludes(
  resource: Resource,
  tables: ReadonlyMap<Resource, Table>,
): ReadonlyMap<string, Include> {
  const includes = new Map<string, Include>();
  for (const relation of resource.relations) {
    const target = targetOf(resource, { relation, tables });
    if (target === undefined) continue;
    const kinds = relation.kind === "has_many" ? ["list", "get"] : ["get", "list"];
    const endpoints = kinds.map((kind) => target.resource.endpoints.find((endpoint) => endpoint.kind === kind));
    const reader = endpoints.find((endpoint) => endpoint !== undefined);
    const requirement = reader && requirementOf(target.resource, reader);
    includes.set(relation.name, { key: relation.name, encode: (text) => text, relation, target, requirement });
  }
  return includes;
}

/** The version of the related resource that belongs to this one: the same, or else the newest. */
function targetOf(
  resource: Resource,
  { relation, tables }: { relation: Relation; tables: ReadonlyMap<Resource, Table> },
): Table | undefined {
  const candidates = [...tables.values()]
    .filter(({ resource: other }) => other.name === relation.resource && other.db === resource.db)
    .toSorted((a, b) => b.resource.version - a.resource.version);
  return candidates.find(({ resource: other }) => other.version === resource.version) ?? candidates[0];
}

/** The lateral join that reads a relation for each row, so that including costs no further statement. */
export interface LateralJoin {
  readonly join: string;
  /** Expression of the relation's JSON. */
  readonly value: string;
  /** Expression that is true when the relation was cut at {@link MOST_RELATED}. */
  readonly truncated: string | undefined;
}

interface LateralPlan {
  readonly alias: string;
  /** Predicates of the caller's scope on `r`. */
  readonly scope: readonly string[];
}

/** The joins of a projection in which only rows of these scopes are shown. */
export function lateralJoins(
  includes: readonly Include[],
  { related, firstParameter }: { readonly related: readonly ScopedTable[]; readonly firstParameter: number },
): readonly LateralJoin[] {
  let parameter = firstParameter;
  return includes.map((include, index) => {
    const scoped = related[index];
    // Without one it would be everybody's rows.
    if (scoped === undefined) throw new TypeError(`Nobody has decided who sees the rows of \`${include.key}\`.`);
    const shape = scopeShape(scoped.table, scoped.scope);
    const scope = scopeConditions(scoped.table, shape, { alias: "r", firstParameter: parameter });
    parameter += scope.length;
    return lateralJoin(include, { alias: `i${index}`, scope });
  });
}

/** What the statement's text depends on of the scopes of included rows; "" when all of them are everybody's. */
export function relatedShape(related: readonly ScopedTable[]): string {
  let shape = "";
  let isScoped = false;
  for (const { table, scope } of related) {
    const { name } = scopeShape(table, scope);
    if (name !== "") isScoped = true;
    shape += `${name}|`;
  }
  return isScoped ? shape : "";
}

/** The values that {@link lateralJoins} binds. */
export function relatedValues(related: readonly ScopedTable[]): readonly SqlValue[] {
  return related.flatMap(({ table, scope }) => scopeValues(table, scope));
}

function lateralJoin({ relation, target }: Include, { alias, scope }: LateralPlan): LateralJoin {
  const linked = `r.${quoteIdentifier(relation.remoteField)} = ${ALIAS}.${quoteIdentifier(relation.localField)}`;
  const conditions = where([linked, ...aliveCondition(target, "r"), ...scope]);
  const members = target.visible.map((column) => `${column.selectJson("r")} AS ${column.name}`).join(", ");
  const order = `r.${target.primaryKey.name}`;
  const many = relation.kind === "has_many";
  // One row more than is shown tells whether there are more.
  const rows = `SELECT ${many ? `row_number() OVER (ORDER BY ${order}) AS "row number", ` : ""}r.* FROM ${target.name} r${conditions} ORDER BY ${order} LIMIT ${many ? MOST_RELATED + 1 : 1}`;
  const object = `(SELECT row_to_json(c) FROM (SELECT ${members}) c)`;
  if (!many) {
    return {
      join: `LEFT JOIN LATERAL (SELECT ${object} AS j FROM (${rows}) r) ${alias} ON TRUE`,
      value: `${alias}.j`,
      truncated: undefined,
    };
  }
  const list = `coalesce(json_agg(${object} ORDER BY r."row number") FILTER (WHERE r."row number" <= ${MOST_RELATED}), '[]') AS j`;
  const more = `count(*) > ${MOST_RELATED} AS more`;
  return {
    join: `LEFT JOIN LATERAL (SELECT ${list}, ${more} FROM (${rows}) r) ${alias} ON TRUE`,
    value: `${alias}.j`,
    truncated: `${alias}.more`,
  };
}
