import type { LiveColumn, LiveConstraint, LiveIndex, LiveSchema, LiveTable } from "./introspect.ts";
import { objectName } from "./sql-text.ts";

/** One difference between the live schema and the wanted one. */
export type SchemaChange = { readonly table: string } & (
  | { readonly kind: "create_table" }
  | { readonly kind: "add_column" | "remove_column"; readonly column: LiveColumn }
  | { readonly kind: "set_not_null" | "drop_not_null"; readonly column: LiveColumn }
  | { readonly kind: "change_type" | "change_default"; readonly from: LiveColumn; readonly to: LiveColumn }
  | {
      readonly kind: "add_constraint" | "remove_constraint" | "validate_constraint";
      readonly constraint: LiveConstraint;
    }
  | { readonly kind: "replace_constraint"; readonly from: LiveConstraint; readonly to: LiveConstraint }
  | { readonly kind: "add_index" | "remove_index"; readonly index: LiveIndex }
  | { readonly kind: "replace_index"; readonly from: LiveIndex; readonly to: LiveIndex }
);

/**
 * What has to change in the live schema. Tables that are not wanted are left alone, as are constraints and indexes whose
 * name is not one Shaperail gives: somebody wrote them.
 */
export function diffSchema(wanted: LiveSchema, live: LiveSchema): SchemaChange[] {
  return wanted.tables.flatMap((table): SchemaChange[] => {
    const current = live.tables.find(({ name }) => name === table.name);
    if (current === undefined) return [{ kind: "create_table", table: table.name }];
    return [...diffColumns(table, current), ...diffConstraints(table, current), ...diffIndexes(table, current)];
  });
}

function diffColumns({ name: table, columns }: LiveTable, live: LiveTable): SchemaChange[] {
  const changes = columns.flatMap((to): SchemaChange[] => {
    const from = live.columns.find(({ name }) => name === to.name);
    if (from === undefined) return [{ kind: "add_column", table, column: to }];
    // A default belongs to its type: it comes along when the type is exchanged.
    if (from.type !== to.type && !isWiderText(from.type, to.type)) return [{ kind: "change_type", table, from, to }];
    const found: SchemaChange[] = [];
    if (from.type !== to.type) found.push({ kind: "change_type", table, from, to });
    if (withoutCast(from.default) !== withoutCast(to.default)) found.push({ kind: "change_default", table, from, to });
    if (from.notNull !== to.notNull) {
      found.push({ kind: to.notNull ? "set_not_null" : "drop_not_null", table, column: to });
    }
    return found;
  });
  const removed = live.columns
    .filter(({ name }) => !columns.some((column) => column.name === name) && !isReplacement(name, changes))
    .flatMap((column): SchemaChange[] => [
      // Whoever no longer knows the column inserts rows without it.
      ...(column.notNull && column.default === null ? [{ kind: "drop_not_null" as const, table, column }] : []),
      { kind: "remove_column", table, column },
    ]);
  return [...changes, ...removed];
}

/** The column an exchange of types fills beside the old one. */
export function replacementName(column: string): string {
  return `${column}_new`;
}

function isReplacement(name: string, changes: readonly SchemaChange[]): boolean {
  return changes.some((change) => change.kind === "change_type" && replacementName(change.to.name) === name);
}

/** `'x'::character varying` and `'x'::text` are the same default: its column has a type of its own. */
function withoutCast(expression: string | null): string | undefined {
  return expression?.replace(/::(character varying|text)(\(\d+\))?$/, "");
}

/** A change that PostgreSQL makes without looking at a row. */
export function isWiderText(from: string, to: string): boolean {
  const lengthOf = (type: string): number | undefined => {
    if (type === "text") return Infinity;
    const length = /^character varying\((\d+)\)$/.exec(type)?.[1];
    return length === undefined ? undefined : Number(length);
  };
  const [one, other] = [lengthOf(from), lengthOf(to)];
  return one !== undefined && other !== undefined && one < other;
}

function diffConstraints({ name: table, columns, constraints }: LiveTable, live: LiveTable): SchemaChange[] {
  const isSame = (one: LiveConstraint, other: LiveConstraint): boolean =>
    one.kind === other.kind && one.definition === other.definition;
  const changes = constraints.flatMap((to): SchemaChange[] => {
    const same = live.constraints.find((from) => isSame(from, to));
    if (same !== undefined) return same.valid ? [] : [{ kind: "validate_constraint", table, constraint: same }];
    const from = live.constraints.find(({ name }) => name === to.name);
    return from === undefined
      ? [{ kind: "add_constraint", table, constraint: to }]
      : [{ kind: "replace_constraint", table, from, to }];
  });
  const known = new Set(columns.map(({ name }) => name));
  const removed = live.constraints.filter(
    (one) =>
      isOwn(table, one) &&
      one.columns.every((column) => known.has(column)) &&
      !constraints.some((to) => isSame(one, to) || one.name === to.name),
  );
  return [...changes, ...removed.map((constraint) => ({ kind: "remove_constraint" as const, table, constraint }))];
}

function isOwn(table: string, { name, columns }: LiveConstraint): boolean {
  return ["chk", "uq", "fk"].some((prefix) => objectName(prefix, table, ...columns) === name);
}

function diffIndexes({ name: table, columns, indexes }: LiveTable, live: LiveTable): SchemaChange[] {
  const isSame = (one: LiveIndex, other: LiveIndex): boolean =>
    one.unique === other.unique && one.definition === other.definition;
  const changes = indexes.flatMap((to): SchemaChange[] => {
    if (live.indexes.some((from) => from.valid && isSame(from, to))) return [];
    const from = live.indexes.find(({ name }) => name === to.name);
    // One that is not valid is made anew, as one that is missing is.
    if (from === undefined || isSame(from, to)) return [{ kind: "add_index", table, index: to }];
    return [{ kind: "replace_index", table, from, to }];
  });
  const known = new Set(columns.map(({ name }) => name));
  const removed = live.indexes.filter(
    (one) =>
      isOwnIndex(table, one) &&
      one.columns.every((column) => known.has(column)) &&
      !indexes.some((to) => isSame(one, to) || one.name === to.name),
  );
  return [...changes, ...removed.map((index) => ({ kind: "remove_index" as const, table, index }))];
}

function isOwnIndex(table: string, { name, unique, columns }: LiveIndex): boolean {
  const prefix = unique ? "uq" : "idx";
  return [[], ["desc"]].some((end) => objectName(prefix, table, ...columns, ...end) === name);
}
