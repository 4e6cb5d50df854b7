import type { IncomingMessage } from "node:http";
import type { SqlResult, SqlRow, SqlStatement, SqlValue, StatementRunner } from "../port.ts";
import { toArrayLiteral } from "../sql/sql-text.ts";
import { ALIAS, aliveCondition, type Table, where } from "../sql/table.ts";
import { notFound } from "./endpoint-context.ts";
import { expectedVersions, preconditionFailed, VERSION } from "./entity-tag.ts";

/** A write of one row by its key, in two forms: unconditional, and only at certain versions of the row. */
export interface RowWrite {
  readonly plain: SqlStatement;
  readonly conditional: SqlStatement;
}

export interface RowWritePlan {
  readonly table: Table;
  readonly name: string;
  readonly prepare?: boolean;
  /** `UPDATE … SET …` or `DELETE FROM …`, up to its WHERE. `$1` is the key. */
  readonly command: string;
  /** Number of the next free parameter. */
  readonly nextParameter: number;
  readonly returning: readonly string[];
}

/** The conditional form tells a row that is gone from one that changed, in the same statement. */
export function compileRowWrite({
  table,
  name,
  prepare = true,
  command,
  nextParameter,
  returning,
}: RowWritePlan): RowWrite {
  const conditions = [`${ALIAS}.${table.primaryKey.name} = $1`, ...aliveCondition(table)];
  const returned = returning.map((expression, index) => `${expression} AS c${index}`).join(", ");
  const write = `${command}${where([...conditions, `${ALIAS}.${VERSION}::text = ANY ($${nextParameter}::text[])`])} RETURNING ${returned}`;
  const found = `SELECT 1 FROM ${table.name} ${ALIAS}${where(conditions)}`;
  return {
    plain: { name, text: `${command}${where(conditions)} RETURNING ${returned}`, prepare },
    conditional: {
      name: `${name}_if_match`,
      text: `WITH found AS (${found}), written AS (${write}) SELECT w.*, EXISTS (SELECT 1 FROM found) AS exists FROM (SELECT 1) one LEFT JOIN written w ON TRUE`,
      prepare,
    },
  };
}

/**
 * Runs the write and returns the row's values.
 * @throws HttpError `NOT_FOUND`, or `PRECONDITION_FAILED` when `If-Match` names none of the row's versions.
 */
export async function writeRow(
  { plain, conditional }: RowWrite,
  values: readonly SqlValue[],
  { run, request }: { readonly run: StatementRunner["run"]; readonly request: IncomingMessage },
): Promise<SqlRow> {
  const versions = expectedVersions(request);
  if (versions === undefined) return firstRow(await run(plain, values));
  const row = firstRow(await run(conditional, [...values, toArrayLiteral(versions)]));
  // The version column of what was written comes first, and is null when nothing was.
  if (row[0] !== null) return row;
  throw row.at(-1) === "t" ? preconditionFailed() : notFound();
}

function firstRow({ rows }: SqlResult): SqlRow {
  const [row] = rows;
  if (row === undefined) throw notFound();
  return row;
}
