import type { IncomingMessage } from "node:http";
import type { SqlRow, SqlValue, StatementRunner } from "../port.ts";
import { compileGuardedWrite, type GuardedWrite, writtenRows } from "../sql/guarded-write.ts";
import { toArrayLiteral } from "../sql/sql-text.ts";
import { ALIAS, aliveCondition, type Table, where } from "../sql/table.ts";
import { notFound } from "./endpoint-context.ts";
import { expectedVersions, VERSION } from "./entity-tag.ts";

export interface RowWritePlan {
  readonly table: Table;
  readonly name: string;
  readonly prepare?: boolean;
  /** `UPDATE … SET …` or `DELETE FROM …`, up to its WHERE. `$1` is the key. */
  readonly command: string;
  /** Number of the next free parameter. */
  readonly nextParameter: number;
  /** What comes back besides the row's version, which stands first. */
  readonly returning: readonly string[];
  readonly missing?: readonly string[];
}

/** Writes the row of a key; with `If-Match`, only at one of the named versions. The row that comes back starts with its version. */
export type RowWrite = (
  values: readonly SqlValue[],
  context: { readonly run: StatementRunner["run"]; readonly request: IncomingMessage },
) => Promise<SqlRow>;

export function compileRowWrite(plan: RowWritePlan): RowWrite {
  const { table, name, prepare, command, nextParameter, returning, missing } = plan;
  const conditions = [`${ALIAS}.${table.primaryKey.name} = $1`, ...aliveCondition(table)];
  const plain: GuardedWrite = {
    name,
    prepare,
    command,
    conditions,
    returning: [`${ALIAS}.${VERSION}`, ...returning],
    missing,
  };
  const conditional: GuardedWrite = {
    ...plain,
    name: `${name}_if_match`,
    conditions: [...conditions, `${ALIAS}.${VERSION}::text = ANY ($${nextParameter}::text[])`],
    found: `SELECT 1 FROM ${table.name} ${ALIAS}${where(conditions)}`,
  };
  const plainStatement = compileGuardedWrite(plain);
  const conditionalStatement = compileGuardedWrite(conditional);

  return async (values, { run, request }) => {
    const versions = expectedVersions(request);
    const rows =
      versions === undefined
        ? writtenRows(plain, await run(plainStatement, values))
        : writtenRows(conditional, await run(conditionalStatement, [...values, toArrayLiteral(versions)]));
    const [row] = rows;
    if (row === undefined) throw notFound();
    return row;
  };
}
