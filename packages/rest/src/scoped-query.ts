import type { Scope } from "./port.ts";
import { scopeValues } from "./sql/scope.ts";
import type { Table } from "./sql/table.ts";

/** What a query needs for predicates to be added: a SELECT, UPDATE or DELETE of Kysely has it, and an INSERT has not. */
export interface ScopableQuery {
  where(column: never, operator: never, value: never): unknown;
}

/** Adds predicates to a query; `alias` is what the query calls the table, and by default its name. */
export type ScopeQuery = <Query extends ScopableQuery>(query: Query, alias?: string) => Query;

export function scopedQuery(table: Table, scope: Scope): ScopeQuery {
  return (query, alias = table.resource.name) => {
    const columns = [
      ...(scope.tenant === undefined || table.tenant === undefined ? [] : [table.tenant.field.name]),
      ...(scope.owner === undefined ? [] : [table.owner?.field.name ?? table.primaryKey.field.name]),
    ];
    const values = scopeValues(table, scope);
    return columns.reduce(
      (scoped, column, index) => withPredicate(scoped, `${alias}.${column}`, values[index] ?? null),
      query,
    );
  };
}

/** `column = NULL`, for a value that no row can have, holds for no row. */
function withPredicate<Query extends ScopableQuery>(query: Query, column: string, value: string | null): Query {
  const where = query.where.bind(query) as unknown as (column: string, operator: "=", value: string | null) => Query;
  return where(column, "=", value);
}
