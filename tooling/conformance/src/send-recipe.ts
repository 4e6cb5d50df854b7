import { randomUUID } from "node:crypto";
import type { Answer, Call, Client } from "./client.ts";
import { dataOf } from "./echo.ts";
import { readJson, writeJson } from "./exact-json.ts";
import type { Concrete } from "./expectation.ts";
import { fillIn, FRESH, isKnown, type Known, type Recipe } from "./recipe.ts";
import type { RowPool } from "./row-pool.ts";

/** A recipe as it was sent, and what came back. */
export interface Exchanged {
  readonly concrete: Concrete;
  readonly answer: Answer;
}

/** Turns recipes into requests about the rows that exist. */
export interface Sender {
  send(recipe: Recipe): Promise<Exchanged>;
  /** Requests sent so far, those that only asked for a cursor or an entity tag included. */
  sent(): number;
}

const FORGED_CURSORS = ["", "x", "bm90IGEgY3Vyc29y", "%", "A".repeat(5_000)];
const WRONG_TAGS = ['"0"', '"x"', 'W/"1"', "nonsense", '"4294967295"'];

export function createSender(client: Client, pool: RowPool): Sender {
  let sent = 0;
  const send = (call: Call): Promise<Answer> => {
    sent += 1;
    return client.send(call);
  };
  const keyOf = (known: Known): unknown => pool.keyOf(known) ?? randomUUID();

  return {
    sent: () => sent,
    async send(recipe) {
      const { operation } = recipe;
      const path = mapValues(recipe.path, (value) => String(fillIn(value, keyOf)));
      const target = operation.template.replaceAll(/\{([^}]+)\}/g, (_match, name: string) =>
        encodeURIComponent(path[name] ?? ""),
      );
      const given = recipe.query.map(([name, text]): [string, string] => [
        name,
        isKnown(text) ? String(keyOf(text)) : text,
      ]);
      const cursor = await cursorFor(recipe, { target, given }, send);
      const query = cursor === undefined ? given : [...given, cursor];
      const tag = await tagFor(recipe, target, send);
      const body = bodyOf(recipe, keyOf);
      const own = mapValues(recipe.headers, (text) => (text === FRESH ? randomUUID() : text));
      const headers = { ...body?.headers, ...own, ...tag };
      const call = { method: operation.method, path: target + queryString(query), headers, body: body?.text };
      const answer = await send({ ...call, headers: mapValues(headers, asLatin1) });
      remember(recipe, { path, answer, body: body?.value }, pool);
      const concrete: Concrete = {
        operation,
        call,
        path,
        query,
        headers: own,
        // Nothing sent is no body, whatever its type is said to be.
        body: body === undefined || body.text === "" ? undefined : { value: body.value },
        forged: recipe.cursor === "wrong",
      };
      return { concrete, answer };
    },
  };
}

type Send = (call: Call) => Promise<Answer>;

/** A cursor from the page before, or one that nobody made. */
async function cursorFor(
  { cursor, operation, query }: Recipe,
  { target, given }: { readonly target: string; readonly given: readonly [string, string][] },
  send: Send,
): Promise<[string, string] | undefined> {
  if (cursor === "no") return undefined;
  const name = query.length % 2 === 0 ? "after" : "before";
  if (cursor === "wrong") return [name, FORGED_CURSORS[query.length % FORGED_CURSORS.length] ?? ""];
  const { status, text } = await send({ method: operation.method, path: target + queryString(given) });
  if (status !== 200) return undefined;
  const { meta } = readJson(text) as { readonly meta: { readonly cursor: string | null } };
  return meta.cursor === null ? undefined : [name, meta.cursor];
}

/** The row's entity tag, or another one, in the header that the operation knows. */
async function tagFor({ entityTag, operation }: Recipe, target: string, send: Send): Promise<Record<string, string>> {
  if (entityTag === "no") return {};
  const header = operation.method === "GET" ? "if-none-match" : "if-match";
  if (entityTag === "wrong") return { [header]: WRONG_TAGS[target.length % WRONG_TAGS.length] ?? "" };
  const { headers } = await send({ method: "GET", path: target });
  const tag = headers.get("etag");
  return tag === undefined ? {} : { [header]: tag };
}

interface Body {
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined when it is not JSON, or not said to be. */
  readonly value: unknown;
}

function bodyOf({ body }: Recipe, keyOf: (known: Known) => unknown): Body | undefined {
  if (body === undefined) return undefined;
  if ("text" in body) return { text: body.text, headers: { "content-type": body.type }, value: undefined };
  const text = writeJson(fillIn(body.value, keyOf));
  return { text, headers: { "content-type": "application/json" }, value: readJson(text) };
}

function remember(
  { operation, body }: Recipe,
  {
    path,
    answer,
    body: sent,
  }: { readonly path: Readonly<Record<string, string>>; readonly answer: Answer; readonly body: unknown },
  pool: RowPool,
): void {
  if (answer.status >= 300) return;
  const { tag, method } = operation;
  const namedRows = body !== undefined && "value" in body && Array.isArray(body.value) && body.value.some(isKnown);
  if (namedRows && Array.isArray(sent)) return pool.forget(tag, sent);
  if (method === "DELETE") return pool.forget(tag, Object.values(path));
  const data = dataOf(answer);
  if (Array.isArray(data)) pool.learn(tag, data);
  else if (answer.status === 201) pool.learn(tag, [data]);
}

function queryString(query: readonly (readonly [string, string])[]): string {
  if (query.length === 0) return "";
  return `?${query.map((pair) => pair.map(encodeURIComponent).join("=")).join("&")}`;
}

/** Header values travel as bytes; node writes them as Latin-1. */
function asLatin1(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}
