import type { IncomingMessage } from "node:http";
import type { Scope, SqlRow, SqlValue, StatementRunner } from "../port.ts";
import { bindFollowing, type HeldIntent } from "../outbox/asked.ts";
import { actionOf, compileFollowing } from "../outbox/following.ts";
import {
  CHANGED,
  type CompiledWrite,
  compileGuardedWrite,
  FOREIGN,
  type GuardedWrite,
  writtenRows,
} from "../sql/guarded-write.ts";
import { ownerCondition, perScope, type ScopeShape, scopeValues, tenantCondition } from "../sql/scope.ts";
import { toArrayLiteral } from "../sql/sql-text.ts";
import { ALIAS, aliveCondition, where } from "../sql/table.ts";
import { type EndpointContext, notFound } from "./endpoint-context.ts";
import { expectedVersions, VERSION } from "./entity-tag.ts";

export interface RowWritePlan {
  readonly context: Pick<EndpointContext, "endpoint" | "outbox" | "table">;
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

export interface RowWriteContext {
  readonly run: StatementRunner["run"];
  readonly request: IncomingMessage;
  readonly scope: Scope;
  /** What before-controllers asked for. @default nothing */
  readonly held?: readonly HeldIntent[];
}

/**
 * Writes the row of a key, if it is in the caller's scope; with `If-Match`, only at one of the named versions. The row that comes back
 * starts with its version.
 */
export type RowWrite = (values: readonly SqlValue[], context: RowWriteContext) => Promise<SqlRow>;

export function compileRowWrite(plan: RowWritePlan): RowWrite {
  const { table, endpoint, outbox } = plan.context;
  const about = { outbox, resource: table.resource.name, action: actionOf(endpoint) };
  const plainWrites = perScope(table, (shape) => compileFor(plan, shape, false));
  const conditionalWrites = perScope(table, (shape) => compileFor(plan, shape, true));

  return async (values, { run, request, scope, held = [] }) => {
    const versions = expectedVersions(request);
    const compiled = (versions === undefined ? plainWrites : conditionalWrites)(scope);
    const bound = [...values, ...scopeValues(table, scope)];
    if (versions !== undefined) bound.push(toArrayLiteral(versions));
    const { statement, values: all } = bindFollowing(compiled, bound, { ...about, held });
    const [row] = writtenRows(compiled.write, await run(statement, all));
    if (row === undefined) throw notFound();
    return row;
  };
}

function compileFor(plan: RowWritePlan, shape: ScopeShape, isConditional: boolean): CompiledWrite {
  const { context, name, prepare, command, nextParameter, returning, missing } = plan;
  const { table } = context;
  const place = { firstParameter: nextParameter };
  const visible = [
    `${ALIAS}.${table.primaryKey.name} = $1`,
    ...aliveCondition(table),
    ...tenantCondition(table, shape, place),
  ];
  const owned = ownerCondition(table, shape, place);
  const versionParameter = nextParameter + (shape.tenant ? 1 : 0) + (shape.owner ? 1 : 0);
  const current = `${ALIAS}.${VERSION}::text = ANY ($${versionParameter}::text[])`;
  const reason = isConditional ? `'${CHANGED}'` : "NULL";
  const why = owned === undefined ? reason : `CASE WHEN ${owned} THEN ${reason} ELSE '${FOREIGN}' END`;
  const write: GuardedWrite = {
    name: `${name}${shape.name}${isConditional ? "_if_match" : ""}`,
    prepare,
    command,
    conditions: [...visible, ...(owned === undefined ? [] : [owned]), ...(isConditional ? [current] : [])],
    returning: [`${ALIAS}.${VERSION}`, ...returning],
    missing,
    following: compileFollowing(context)?.(versionParameter + (isConditional ? 1 : 0)),
    found:
      owned === undefined && !isConditional ? undefined : `SELECT ${why} FROM ${table.name} ${ALIAS}${where(visible)}`,
  };
  return { write, statement: compileGuardedWrite(write) };
}
