import type { Coding } from "./accept-encoding.ts";
import type { Answer } from "./answer.ts";
import { codedTag, heldTag } from "./coded-tags.ts";
import type { Exchange } from "./exchange.ts";

/** What is known of a body when it is written. */
export interface BodyHead {
  /** In bytes, as it is sent; undefined when nobody knows. */
  readonly size?: number;
  /** Undefined when the answer would be the same for every `Accept-Encoding`. */
  readonly coding?: Coding;
}

/** Writes status and headers: those every response carries, those of the answer, and what follows from its body. */
export function writeHead(exchange: Exchange, { status, contentType, body, headers }: Answer, head: BodyHead): void {
  const { baseHeaders, requestId, response } = exchange;
  const own = headers === undefined ? undefined : tagged(exchange, { status, headers, coding: head.coding });
  const list = own === undefined ? baseHeaders.slice() : mergeHeaders(baseHeaders, own);
  list.push("X-Request-Id", requestId);
  if (body !== undefined && !isBodiless(status)) {
    if (contentType !== undefined) list.push("Content-Type", contentType);
    if (head.size !== undefined) list.push("Content-Length", String(head.size));
    if (head.coding !== undefined) list.push("Vary", "Accept-Encoding");
    if (head.coding === "br" || head.coding === "gzip") list.push("Content-Encoding", head.coding);
  } else if (status === 304 && exchange.compressor !== undefined) {
    // What a 200 would say; how large its body would be is not known here.
    list.push("Vary", "Accept-Encoding");
  }
  // A list, not an object: node writes it as it is, at half the cost of setHeader per name.
  response.writeHead(status, list);
}

interface Tagging {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly coding: Coding | undefined;
}

// The headers with the entity tag of the representation that is sent, or that the client has.
function tagged({ request, compressor }: Exchange, { status, headers, coding }: Tagging): Tagging["headers"] {
  const isCoded = coding === "br" || coding === "gzip";
  if (!isCoded && (status !== 304 || compressor === undefined)) return headers;
  const entries = Object.entries(headers).map(([name, value]) => {
    if (name.toLowerCase() !== "etag") return [name, value];
    return [name, isCoded ? codedTag(value, coding) : heldTag(request, value)];
  });
  return Object.fromEntries(entries) as Tagging["headers"];
}

/** Whether responses with this status never have a body. */
export function isBodiless(status: number): boolean {
  return status === 204 || status === 304;
}

function mergeHeaders(base: readonly string[], own: Readonly<Record<string, string>>): string[] {
  const merged: string[] = [];
  for (let index = 0; index < base.length; index += 2) {
    const name = base[index] ?? "";
    if (!isReplaced(name, own)) merged.push(name, base[index + 1] ?? "");
  }
  for (const [name, value] of Object.entries(own)) merged.push(name, value);
  return merged;
}

function isReplaced(name: string, own: Readonly<Record<string, string>>): boolean {
  for (const candidate of Object.keys(own)) {
    // Most differ in length already, and making both lower case for each pair would cost more than all the rest.
    if (candidate.length !== name.length) continue;
    const lower = name.toLowerCase();
    // Each part of an answer varies by what it looks at, so no part's word replaces another's.
    if (candidate.toLowerCase() === lower) return lower !== "vary";
  }
  return false;
}
