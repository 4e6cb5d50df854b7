import { type Exchange, sendJson } from "@shaperail/http";
import { type EndpointContext, keyParameter, notFound, readKey } from "./endpoint-context.ts";
import { compileRowSerializer } from "./row-serializer.ts";
import { ALIAS, aliveCondition, selectList, where } from "./table.ts";

/** `GET /posts/:id`: one row. */
export function compileGet({
  endpoint,
  table,
  statementName,
  run,
}: EndpointContext): (exchange: Exchange) => Promise<void> {
  const serialize = compileRowSerializer(table.visible);
  const parameter = keyParameter(endpoint);
  const conditions = where([`${ALIAS}.${table.primaryKey.name} = $1`, ...aliveCondition(table)]);
  const statement = {
    name: statementName,
    text: `SELECT ${selectList(table.visible)} FROM ${table.name} ${ALIAS}${conditions}`,
  };

  return async (exchange) => {
    const { rows } = await run(statement, [readKey(exchange, { table, parameter })]);
    const [row] = rows;
    if (row === undefined) throw notFound();
    sendJson(exchange, 200, `{"data":${serialize(row)}}`);
  };
}
