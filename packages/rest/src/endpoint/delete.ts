import { render } from "../controller.ts";
import { compileRowSerializer } from "../sql/row-serializer.ts";
import { ALIAS } from "../sql/table.ts";
import { type EndpointContext, enterControllers, readKey, type Render } from "./endpoint-context.ts";
import { compileRowWrite } from "./row-write.ts";

/** `DELETE /posts/:id`: removes the row, or marks it deleted. */
export function compileDelete(context: EndpointContext): Render {
  const { endpoint, table, statementName, runAs, after } = context;
  // After-controllers are shown the row as it was; nobody else is.
  const shown = after.length > 0 ? table.visible : [];
  const serialize = compileRowSerializer(shown);
  const write = compileRowWrite({
    context,
    name: statementName,
    command: endpoint.softDelete
      ? `UPDATE ${table.name} AS ${ALIAS} SET "deleted_at" = now()`
      : `DELETE FROM ${table.name} AS ${ALIAS}`,
    nextParameter: 2,
    returning: shown.map((column) => column.select(ALIAS)),
  });

  return async (exchange, access, options) => {
    const key = readKey(exchange, table);
    const controlled = await enterControllers(context, { exchange, access, changes: options?.changes });
    const run = runAs(access.scope);
    const held = controlled?.asked.take();
    const row = await write([key], { run, request: exchange.request, scope: access.scope, held });
    return render({ status: 204, data: serialize(row, 1) }, controlled);
  };
}
