import type { Endpoint } from "@shaperail/resource";
import type { SqlStatement, SqlValue } from "../port.ts";
import { lateralJoins } from "../sql/include.ts";
import { type Direction, keysetCondition, orderBy } from "../sql/keyset.ts";
import { scopeConditions, type ScopeShape } from "../sql/scope.ts";
import type { ScopedTable } from "../sql/session.ts";
import { quoteIdentifier } from "../sql/sql-text.ts";
import { aliveCondition, ALIAS, type Table, where } from "../sql/table.ts";
import type { ListRequest } from "./list-request.ts";

/** Where the values of a row stand in the result of a list statement. */
export interface ListLayout {
  /** The sort keys, as text for a cursor. */
  readonly keysAt: number;
  readonly keyCount: number;
  /** Whether an included relation was cut, for each that can be. */
  readonly truncatedAt: number;
  /** Number of all rows; only with offset pagination. */
  readonly totalAt: number | undefined;
}

export interface ListStatement extends ListLayout {
  readonly statement: SqlStatement;
}

export interface ListStatementPlan {
  readonly table: Table;
  readonly endpoint: Endpoint;
  readonly request: ListRequest;
  /** Which rows of the table; its values are bound first. */
  readonly scope: ScopeShape;
  /** Which rows of the included tables; their values are bound last. */
  readonly related: readonly ScopedTable[];
  readonly name: string;
  readonly prepare: boolean;
}

/** Everything of a request that changes the SQL text, and nothing else: values are bound. */
export function shapeOf({ filters, order, search, place, projection }: ListRequest): string {
  let shape = order.text;
  for (const { column } of filters) shape += ` ${column.key}`;
  if (search !== undefined) shape += "?";
  if (place !== undefined) {
    shape += place.direction === "after" ? ">" : "<";
    for (const value of place.values) shape += value === null ? "0" : "1";
  }
  return projection.shape === "" ? shape : `${shape}|${projection.shape}`;
}

/** The values a list statement binds between those of its scopes, in order. */
export function listValues(request: ListRequest, paginated: "cursor" | "offset"): SqlValue[] {
  const { filters, search, place, limit, offset } = request;
  const values: SqlValue[] = filters.map(({ value }) => value);
  if (search !== undefined) values.push(search);
  if (place !== undefined) values.push(...place.values.filter((value) => value !== null));
  // One row more than asked for tells whether there is another page.
  if (paginated === "cursor") values.push(String(limit + 1));
  else values.push(String(limit), String(offset));
  return values;
}

/** The one statement that answers a list of this shape. */
export function compileListStatement(plan: ListStatementPlan): ListStatement {
  const { table, endpoint, request, scope, related, name, prepare } = plan;
  const { filters, order, search, place, projection } = request;
  const { keys: sort } = order;
  const direction: Direction = place?.direction ?? "after";
  const scoped = scopeConditions(table, scope, { firstParameter: 1 });
  const conditions = [...scoped, ...aliveCondition(table)];
  let parameter = 1 + scoped.length;
  for (const { column } of filters) conditions.push(`${ALIAS}.${column.name} = $${parameter++}`);
  if (search !== undefined) conditions.push(searchCondition(endpoint.search, parameter++));
  const rowConditions = [...conditions];
  if (place !== undefined) {
    const nulls = place.values.map((value) => value === null);
    rowConditions.push(keysetCondition({ keys: sort, alias: ALIAS, direction, nulls, firstParameter: parameter }));
    parameter += nulls.filter((isNull) => !isNull).length;
  }

  const firstParameter = parameter + (endpoint.pagination === "cursor" ? 1 : 2);
  const laterals = lateralJoins(projection.includes, { related, firstParameter });
  const keysAt = projection.columns.length + projection.includes.length;
  const cut = laterals.flatMap(({ truncated }) => truncated ?? []);
  const selected = [
    ...projection.columns.map((column) => column.select(ALIAS)),
    ...laterals.map(({ value }) => value),
    ...sort.map(({ column }) => column.selectKey(ALIAS)),
    ...cut,
  ];
  const layout = { keysAt, keyCount: sort.length, truncatedAt: keysAt + sort.length };
  // Rows are chosen before relations are joined to them, so that a relation is read once per row of the page.
  const page = `SELECT ${ALIAS}.* FROM ${table.name} ${ALIAS}${where(rowConditions)} ORDER BY ${orderBy(sort, { alias: ALIAS, direction })} LIMIT $${parameter}`;
  if (endpoint.pagination === "cursor") {
    const text =
      laterals.length === 0
        ? page.replace(`SELECT ${ALIAS}.*`, () => `SELECT ${selected.join(", ")}`)
        : `SELECT ${selected.join(", ")} FROM (${page}) ${ALIAS} ${laterals.map(({ join }) => join).join(" ")} ORDER BY ${orderBy(sort, { alias: ALIAS, direction })}`;
    return { ...layout, totalAt: undefined, statement: { name, text, prepare } };
  }
  const total = `SELECT count(*) AS total FROM ${table.name} ${ALIAS}${where(conditions)}`;
  const text = [
    `SELECT ${[...selected, "c.total"].join(", ")} FROM (${total}) c`,
    // The count is there even when the page is empty.
    `LEFT JOIN (${page} OFFSET $${parameter + 1}) ${ALIAS} ON TRUE`,
    ...laterals.map(({ join }) => join),
    `ORDER BY ${orderBy(sort, { alias: ALIAS, direction })}`,
  ].join(" ");
  return { ...layout, totalAt: selected.length, statement: { name, text, prepare } };
}

/** The same expression as in the GIN index of the generated migrations, so that the index answers it. */
function searchCondition(fields: readonly string[], parameter: number): string {
  const text = fields.map((field) => `coalesce(${ALIAS}.${quoteIdentifier(field)}, '')`).join(" || ' ' || ");
  return `to_tsvector('english', ${text}) @@ plainto_tsquery('english', $${parameter})`;
}
