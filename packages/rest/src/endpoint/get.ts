import { toAnswer } from "../controller.ts";
import type { SqlRow, SqlStatement } from "../port.ts";
import { type Projection, readProjection, wholeRow } from "../query/list-request.ts";
import { parseQuery } from "../query/query-string.ts";
import { forbidden } from "../sql/guarded-write.ts";
import { lateralJoins, relatedShape, relatedValues } from "../sql/include.ts";
import { compileRowSerializer, type RowSerializer } from "../sql/row-serializer.ts";
import { ownerCondition, perScope, type ScopeShape, scopeShape, scopeValues, tenantCondition } from "../sql/scope.ts";
import type { ScopedTable } from "../sql/session.ts";
import { createShapeCache } from "../sql/shape-cache.ts";
import { ALIAS, aliveCondition, where } from "../sql/table.ts";
import {
  authorizeIncludes,
  type EndpointContext,
  notFound,
  NOTHING_INCLUDED,
  privacyOf,
  readKey,
  type Render,
} from "./endpoint-context.ts";
import { rowTag, VERSION } from "./entity-tag.ts";
import { truncatedMember } from "./truncated.ts";

interface CompiledGet {
  readonly statement: SqlStatement;
  readonly serialize: RowSerializer;
  readonly versionAt: number;
  readonly truncatedAt: number;
  /** Whether somebody else's row is there; undefined for callers who need not own it. */
  readonly foreignAt: number | undefined;
}

/** `GET /posts/:id`: one row, with an `ETag` of its version unless related rows are part of the answer. */
export function compileGet(context: EndpointContext): Render {
  const { table, includes, statementName, runAs } = context;
  const gets = createShapeCache<CompiledGet>();
  const whole = wholeRow(table);
  const wholeGet = perScope(table, (scope) =>
    compile(context, {
      projection: whole,
      scope,
      related: NOTHING_INCLUDED,
      name: statementName + scope.name,
      prepare: true,
    }),
  );

  return async (exchange, { scope }, options) => {
    const key = readKey(exchange, table);
    const projection =
      exchange.query === "" ? whole : readProjection(parseQuery(exchange.query), { table, includes, wholeRow: whole });
    const { shape } = projection;
    if (shape === "") {
      const get = wholeGet(scope);
      const row = findRow(get, (await runAs(scope)(get.statement, [key, ...scopeValues(table, scope)])).rows);
      return toAnswer({ status: 200, data: get.serialize(row), headers: { ETag: rowTag(row[get.versionAt], "") } });
    }
    const related = options?.related ?? (await authorizeIncludes(exchange, projection.includes, context));
    const own = scopeShape(table, scope);
    const name = `${statementName}${own.name}_${shape}${relatedShape(related)}`;
    const get = gets.get(name, (prepare) => compile(context, { projection, scope: own, related, name, prepare }));
    const values = [key, ...scopeValues(table, scope), ...relatedValues(related)];
    const row = findRow(get, (await runAs(scope, related)(get.statement, values)).rows);
    const meta = truncatedMember([row], projection, get).slice(1);
    const answer = { status: 200, data: get.serialize(row), meta };
    // The tag stands for a version of this row; an answer with other rows in it has none.
    if (projection.includes.length > 0) return toAnswer({ ...answer, headers: privacyOf(projection.includes) });
    return toAnswer({ ...answer, headers: { ETag: rowTag(row[get.versionAt], shape) } });
  };
}

/** The row; 403 when it is somebody else's, 404 when there is none for this caller. */
function findRow({ versionAt, foreignAt }: CompiledGet, [row]: readonly SqlRow[]): SqlRow {
  if (row !== undefined && row[versionAt] !== null) return row;
  if (foreignAt !== undefined && row?.[foreignAt] === "t") throw forbidden();
  throw notFound();
}

interface GetPlan {
  readonly projection: Projection;
  readonly scope: ScopeShape;
  readonly related: readonly ScopedTable[];
  readonly name: string;
  readonly prepare: boolean;
}

function compile({ table }: EndpointContext, { projection, scope, related, name, prepare }: GetPlan): CompiledGet {
  const { columns, includes } = projection;
  const place = { firstParameter: 2 };
  const firstParameter = 2 + (scope.tenant ? 1 : 0) + (scope.owner ? 1 : 0);
  const laterals = lateralJoins(includes, { related, firstParameter });
  const selected = [
    ...columns.map((column) => column.select(ALIAS)),
    ...laterals.map(({ value }) => value),
    `${ALIAS}.${VERSION}`,
    ...laterals.flatMap(({ truncated }) => truncated ?? []),
  ];
  const joins = laterals.map(({ join }) => ` ${join}`).join("");
  const key = `${ALIAS}.${table.primaryKey.name} = $1`;
  const visible = [key, ...aliveCondition(table), ...tenantCondition(table, scope, place)];
  const owned = ownerCondition(table, scope, place);
  const versionAt = columns.length + includes.length;
  const from = ` FROM ${table.name} ${ALIAS}`;
  const compiled = {
    serialize: compileRowSerializer([...columns, ...includes]),
    versionAt,
    truncatedAt: versionAt + 1,
  };
  if (owned === undefined) {
    const text = `SELECT ${selected.join(", ")}${from}${joins}${where(visible)}`;
    return { ...compiled, statement: { name, text, prepare }, foreignAt: undefined };
  }
  const numbered = selected.map((expression, index) => `${expression} AS c${index}`).join(", ");
  const mine = `SELECT ${numbered}${from}${joins}${where([...visible, owned])}`;
  // Whether it is there at all is asked only when it is not the caller's.
  const foreign = `CASE WHEN w.c${versionAt} IS NULL THEN EXISTS (SELECT 1${from}${where(visible)}) END`;
  const text = `SELECT w.*, ${foreign} FROM (SELECT 1) one LEFT JOIN (${mine}) w ON TRUE`;
  return { ...compiled, statement: { name, text, prepare }, foreignAt: selected.length };
}
