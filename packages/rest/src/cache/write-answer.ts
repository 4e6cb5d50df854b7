import { HttpError, sendJson } from "@shaperail/http";
import type { Answer, EndpointContext, Render } from "../endpoint/endpoint-context.ts";
import type { Changes } from "./changes.ts";
import { writeTags } from "./response-tags.ts";

export interface Writing {
  readonly render: Render;
  readonly beginChanges: () => Changes;
}

/** Answers when the cache knows what has changed. */
export function compileWriteAnswer(context: EndpointContext, { render, beginChanges }: Writing): Answer {
  const settled = compileSettled(context, { render, beginChanges });
  return async (exchange, access) => {
    const { status, body, headers } = await settled(exchange, access);
    sendJson(exchange, status, body, headers);
  };
}

/** Makes the answer and then, whatever it is, tells the cache what has changed. */
export function compileSettled(context: EndpointContext, { render, beginChanges }: Writing): Render {
  const { endpoint, table, after } = context;
  const tags = writeTags(table.resource, endpoint);
  /** The row was written when an after-controller says no; of a failure nobody knows how far the statement came. */
  const mayHaveWritten = (error: unknown): boolean =>
    after.length > 0 || !(error instanceof HttpError) || error.status >= 500;
  return async (exchange, access, options) => {
    const changes = beginChanges();
    try {
      const rendered = await render(exchange, access, { ...options, changes });
      await changes.settle(rendered.status < 400 ? tags : []);
      return rendered;
    } catch (error) {
      await changes.settle(mayHaveWritten(error) ? tags : []);
      throw error;
    }
  };
}
