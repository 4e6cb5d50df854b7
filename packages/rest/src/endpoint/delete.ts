import { type Exchange, send } from "@shaperail/http";
import { ALIAS } from "../sql/table.ts";
import { compileRowWrite, writeRow } from "./conditional-write.ts";
import { type EndpointContext, keyParameter, readKey } from "./endpoint-context.ts";
import { VERSION } from "./entity-tag.ts";

/** `DELETE /posts/:id`: removes the row, or marks it deleted. */
export function compileDelete(context: EndpointContext): (exchange: Exchange) => Promise<void> {
  const { endpoint, table, statementName, run } = context;
  const parameter = keyParameter(endpoint);
  const write = compileRowWrite({
    table,
    name: statementName,
    command: endpoint.softDelete
      ? `UPDATE ${table.name} AS ${ALIAS} SET "deleted_at" = now()`
      : `DELETE FROM ${table.name} AS ${ALIAS}`,
    nextParameter: 2,
    returning: [`${ALIAS}.${VERSION}`],
  });

  return async (exchange) => {
    const key = readKey(exchange, { table, parameter });
    await writeRow(write, [key], { run, request: exchange.request });
    send(exchange, { status: 204 });
  };
}
