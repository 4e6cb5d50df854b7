import { type Exchange, send } from "@shaperail/http";
import { isFresh } from "./entity-tag.ts";

/** An answer that was made now or kept from before. */
export interface Sendable {
  readonly status: number;
  readonly body: string | Uint8Array;
  readonly headers: Readonly<Record<string, string>> | undefined;
}

const JSON_TYPE = "application/json; charset=utf-8";

/** Sends an answer, or 304 to a client that has it. `cacheState` becomes `X-Cache`. */
export function sendConditionally(exchange: Exchange, { status, body, headers }: Sendable, cacheState?: string): void {
  const tag = headers?.["ETag"];
  const all = cacheState === undefined ? headers : { ...headers, "X-Cache": cacheState };
  if (tag !== undefined && isFresh(exchange.request, tag)) return send(exchange, { status: 304, headers: all });
  send(exchange, { status, contentType: JSON_TYPE, body, headers: all });
}
