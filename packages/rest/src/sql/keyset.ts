import { isNullable } from "@shaperail/resource";
import type { Column } from "./column.ts";

/** A column that rows are ordered by. */
export interface SortKey {
  readonly column: Column;
  readonly descending: boolean;
}

/** Which way a page lies from its cursor. */
export type Direction = "after" | "before";

/** The keys as an ORDER BY list; a page before a cursor is read backwards. NULL counts as the largest value, as PostgreSQL has it. */
export function orderBy(
  keys: readonly SortKey[],
  { alias, direction }: { alias: string; direction: Direction },
): string {
  return keys
    .map(({ column, descending }) => `${alias}.${column.name}${descending === (direction === "after") ? " DESC" : ""}`)
    .join(", ");
}

export interface KeysetPlan {
  readonly keys: readonly SortKey[];
  readonly alias: string;
  readonly direction: Direction;
  /** Which of the cursor's values are NULL; the others are bound in order. */
  readonly nulls: readonly boolean[];
  /** Number of the first bound parameter. */
  readonly firstParameter: number;
}

/**
 * The condition for rows beyond a cursor: at the first key that differs, the row's value lies beyond the cursor's.
 *
 * Written out because SQL's row comparison knows one direction for all keys and no NULL; where those do not matter it is used, since an
 * index can answer it directly.
 */
export function keysetCondition(plan: KeysetPlan): string {
  const { keys, alias, direction, nulls, firstParameter } = plan;
  let parameter = firstParameter;
  const operands = keys.map(({ column, descending }, index): Operand => {
    const isNull = nulls[index] ?? false;
    return {
      column: `${alias}.${column.name}`,
      value: isNull ? undefined : column.bindKey(`$${parameter++}`),
      nullable: isNullable(column.field),
      greater: descending !== (direction === "after"),
    };
  });
  const [first] = operands;
  if (first === undefined) return "TRUE";
  const uniform = operands.every(
    ({ value, nullable, greater }) => value !== undefined && !nullable && greater === first.greater,
  );
  if (uniform) {
    const columns = operands.map(({ column }) => column).join(", ");
    const values = operands.map(({ value }) => value).join(", ");
    return `(${columns}) ${first.greater ? ">" : "<"} (${values})`;
  }
  const cases = operands.flatMap((operand, index) => {
    const step = beyond(operand);
    return step === undefined ? [] : [[...operands.slice(0, index).map(equal), step].join(" AND ")];
  });
  return cases.length === 0 ? "FALSE" : `(${cases.map((condition) => `(${condition})`).join(" OR ")})`;
}

interface Operand {
  readonly column: string;
  /** The bound value; undefined for NULL. */
  readonly value: string | undefined;
  readonly nullable: boolean;
  /** Rows beyond the cursor have greater values. */
  readonly greater: boolean;
}

function equal({ column, value }: Operand): string {
  return value === undefined ? `${column} IS NULL` : `${column} = ${value}`;
}

/** The column lies beyond the value; undefined when nothing can. */
function beyond({ column, value, nullable, greater }: Operand): string | undefined {
  if (value === undefined) return greater ? undefined : `${column} IS NOT NULL`;
  if (!greater) return `${column} < ${value}`;
  return nullable ? `(${column} > ${value} OR ${column} IS NULL)` : `${column} > ${value}`;
}
