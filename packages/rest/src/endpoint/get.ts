import { respond } from "../controller.ts";
import type { SqlStatement } from "../port.ts";
import { type Projection, readProjection, wholeRow } from "../query/list-request.ts";
import { parseQuery } from "../query/query-string.ts";
import { lateralJoin } from "../sql/include.ts";
import { compileRowSerializer, type RowSerializer } from "../sql/row-serializer.ts";
import { createShapeCache } from "../sql/shape-cache.ts";
import { ALIAS, aliveCondition, where } from "../sql/table.ts";
import { type Answer, authorizeIncludes, type EndpointContext, notFound, readKey } from "./endpoint-context.ts";
import { isFresh, rowTag, sendNotModified, VERSION } from "./entity-tag.ts";
import { truncatedMember } from "./truncated.ts";

interface CompiledGet {
  readonly statement: SqlStatement;
  readonly serialize: RowSerializer;
  readonly versionAt: number;
  readonly truncatedAt: number;
}

/** `GET /posts/:id`: one row, with an `ETag` of its version unless related rows are part of the answer. */
export function compileGet(context: EndpointContext): Answer {
  const { table, includes, run } = context;
  const gets = createShapeCache<CompiledGet>();
  const whole = wholeRow(table);
  const wholeGet = compile(context, { projection: whole, name: context.statementName, prepare: true });

  return async (exchange) => {
    const key = readKey(exchange, table);
    const projection =
      exchange.query === "" ? whole : readProjection(parseQuery(exchange.query), { table, includes, wholeRow: whole });
    await authorizeIncludes(exchange, projection.includes, context);
    const { shape } = projection;
    const get =
      shape === ""
        ? wholeGet
        : gets.get(shape, (prepare) =>
            compile(context, { projection, name: `${context.statementName}_${shape}`, prepare }),
          );
    const { rows } = await run(get.statement, [key]);
    const [row] = rows;
    if (row === undefined) throw notFound();
    const meta = truncatedMember(rows, projection, get).slice(1);
    const answer = { status: 200, data: get.serialize(row), meta };
    // The tag stands for a version of this row; an answer with other rows in it has none.
    if (projection.includes.length > 0) return respond(exchange, answer);
    const tag = rowTag(row[get.versionAt], shape);
    if (isFresh(exchange.request, tag)) return sendNotModified(exchange, tag);
    return respond(exchange, { ...answer, headers: { ETag: tag } });
  };
}

interface GetPlan {
  readonly projection: Projection;
  readonly name: string;
  readonly prepare: boolean;
}

function compile({ table }: EndpointContext, { projection, name, prepare }: GetPlan): CompiledGet {
  const { columns, includes } = projection;
  const laterals = includes.map(lateralJoin);
  const selected = [
    ...columns.map((column) => column.select(ALIAS)),
    ...laterals.map(({ value }) => value),
    `${ALIAS}.${VERSION}`,
    ...laterals.flatMap(({ truncated }) => truncated ?? []),
  ].join(", ");
  const joins = laterals.map(({ join }) => ` ${join}`).join("");
  const conditions = where([`${ALIAS}.${table.primaryKey.name} = $1`, ...aliveCondition(table)]);
  const versionAt = columns.length + includes.length;
  return {
    statement: { name, text: `SELECT ${selected} FROM ${table.name} ${ALIAS}${joins}${conditions}`, prepare },
    serialize: compileRowSerializer([...columns, ...includes]),
    versionAt,
    truncatedAt: versionAt + 1,
  };
}
