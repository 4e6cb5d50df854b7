import { readJson } from "@shaperail/http";
import { createContext, type Handler, type HandlerContext, render, runControllers, toText } from "../controller.ts";
import { compileInput, pickInput, readCreateInput, readUpdateInput } from "../input/input.ts";
import { parseQuery } from "../query/query-string.ts";
import { refuseForeignTenant } from "../stamp.ts";
import { beginAsking, type EndpointContext, type Render } from "./endpoint-context.ts";
import { hasBody } from "./has-body.ts";

/** A custom endpoint: everything around it is as for any other; what the handler returns becomes `data`. */
export function compileCustom(context: EndpointContext, handler: Handler): Render {
  const { endpoint, table, before, db, maxBodyBytes } = context;
  const fields = compileInput(endpoint, table);
  const isPartial = endpoint.method === "PATCH";

  return async (exchange, access, options) => {
    const body =
      fields.length > 0 || hasBody(exchange.request) ? await readJson(exchange, { maxBytes: maxBodyBytes }) : undefined;
    refuseForeignTenant(body, { tenantKey: table.resource.tenantKey, endpoint }, access);
    const input = fields.length > 0 ? pickInput(fields, body) : {};
    const asked = beginAsking(context, access, { holds: false });
    const shared: HandlerContext = {
      ...createContext({ exchange, access, input, db, table, changes: options?.changes, asked }),
      body,
      query: parseQuery(exchange.query),
      status: undefined,
    };
    await runControllers(before, shared);
    // Once more with what the controllers made of it; the values themselves are the handler's business.
    if (isPartial) readUpdateInput(fields, shared.input, { mayBeEmpty: true });
    else if (fields.length > 0) readCreateInput(fields, shared.input);
    const result = await handler(shared);
    const status = shared.status ?? (result === undefined ? 204 : 200);
    return render({ status, data: toText(result) }, { context: shared, after: [] });
  };
}
