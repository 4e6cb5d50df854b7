import { type Exchange, send } from "@shaperail/http";
import { type EndpointContext, keyParameter, notFound, readKey } from "./endpoint-context.ts";
import { ALIAS, aliveCondition, where } from "./table.ts";

/** `DELETE /posts/:id`: removes the row, or marks it deleted. */
export function compileDelete({
  endpoint,
  table,
  statementName,
  run,
}: EndpointContext): (exchange: Exchange) => Promise<void> {
  const parameter = keyParameter(endpoint);
  const conditions = where([`${ALIAS}.${table.primaryKey.name} = $1`, ...aliveCondition(table)]);
  const text = endpoint.softDelete
    ? `UPDATE ${table.name} AS ${ALIAS} SET "deleted_at" = now()${conditions}`
    : `DELETE FROM ${table.name} AS ${ALIAS}${conditions}`;
  const statement = { name: statementName, text };

  return async (exchange) => {
    const { rowCount } = await run(statement, [readKey(exchange, { table, parameter })]);
    if (rowCount === 0) throw notFound();
    send(exchange, { status: 204 });
  };
}
