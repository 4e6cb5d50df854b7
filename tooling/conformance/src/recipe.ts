import type { OpenApiDocument, Part } from "@shaperail/openapi";
import fc from "fast-check";
import { broken } from "./broken-values.ts";
import { isRawNumber, writeJson } from "./exact-json.ts";
import { type DocumentOperation, type OperationParameter, resolve } from "./operation.ts";
import type { Relations } from "./relations.ts";
import { textOf } from "./text-values.ts";
import { valid, type ValueOptions } from "./values.ts";

/** Stands for the key of a row that is there when the request is sent. */
export interface Known {
  readonly known: string;
  /** Which one: any number, counted round. */
  readonly at: number;
}

/** How a request follows an earlier answer: its cursor, its entity tag, or something that only looks like one. */
export type Followed = "no" | "right" | "wrong";

/** A request before anything about the rows that exist is filled in: the same seed makes the same recipes. */
export interface Recipe {
  readonly operation: DocumentOperation;
  readonly path: Readonly<Record<string, unknown>>;
  readonly query: readonly (readonly [name: string, text: string | Known])[];
  readonly cursor: Followed;
  readonly entityTag: Followed;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent: no body. Text is sent as it is. */
  readonly body: { readonly value: unknown } | { readonly text: string; readonly type: string } | undefined;
}

export interface RecipeOptions {
  readonly document: OpenApiDocument;
  readonly relations: Relations;
  /** Without anything wrong, to have rows at the start. @default false */
  readonly flawless?: boolean;
}

const CONDITIONAL = new Set(["If-Match", "If-None-Match"]);
const CURSORS = new Set(["after", "before"]);

/** Requests for an operation: most of them right, the others wrong in one place. */
export function recipes(
  operation: DocumentOperation,
  { document, relations, flawless = false }: RecipeOptions,
): fc.Arbitrary<Recipe> {
  const { parameters } = operation;
  const inPlace = (place: string): readonly OperationParameter[] => parameters.filter((each) => each.place === place);
  const values = valueOptions(operation, { document, relations });
  const isConditional = inPlace("header").some(({ name }) => CONDITIONAL.has(name));
  const hasCursor = inPlace("query").some(({ name }) => CURSORS.has(name));
  const followed = (possible: boolean): fc.Arbitrary<Followed> =>
    possible && !flawless
      ? fc.oneof(
          { weight: 3, arbitrary: fc.constant("no" as const) },
          { weight: 1, arbitrary: fc.constantFrom("right", "wrong") },
        )
      : fc.constant("no");
  const parts = {
    path: fc.record(
      Object.fromEntries(inPlace("path").map(({ name, schema }) => [name, pathValue(operation, schema)])),
    ),
    query: flawless ? fc.constant([]) : queryOf(operation),
    cursor: followed(hasCursor),
    entityTag: followed(isConditional),
    headers: flawless ? fc.constant({}) : headersOf(inPlace("header")),
    body: bodyOf(operation, { values, flawless, relations }),
  };
  return fc.record(parts).map((made) => ({ operation, ...made }));
}

function valueOptions(
  { tag }: DocumentOperation,
  { document, relations }: Pick<RecipeOptions, "document" | "relations">,
): ValueOptions {
  return {
    follow: (schema) => resolve(document, schema),
    override(name, schema) {
      const target = relations.references.get(`${tag}.${name}`);
      if (target === undefined) return undefined;
      const { type, format, items, maxItems } = schema;
      const row = knownRow(target);
      const reference = fc.oneof({ weight: 15, arbitrary: row }, { weight: 1, arbitrary: fc.uuid() });
      const isList = items !== undefined;
      const some = isList ? fc.array(reference, { maxLength: Math.min(3, Number(maxItems ?? 3)) }) : reference;
      const mayBeNull = Array.isArray(type) && type.includes("null");
      if (!isList && format !== "uuid") throw new Error(`${tag}.${name} refers to a row but is not a uuid.`);
      return mayBeNull ? fc.oneof(fc.constant(null), some) : some;
    },
  };
}

function knownRow(known: string): fc.Arbitrary<Known> {
  return fc.nat(10_000).map((at) => ({ known, at }));
}

const WRONG_TEXTS = [
  ["x", "1.5", "-", "-1", "1000", "true ", "2026-02-30", "99999999999999999999", "0x10"],
  ["'; SELECT 1 --", "%", "é", "."],
].flat();

function pathValue({ tag, template }: DocumentOperation, schema: Part): fc.Arbitrary<unknown> {
  // The last parameter of `/samples/{id}` is a row's key; those of `/samples/stats/{year}/{month}` are not.
  const isKey = /\{(?:id)\}/.test(template);
  const text = queryText(schema).filter((value) => value !== "");
  return fc.oneof(
    { weight: isKey ? 14 : 0, arbitrary: knownRow(tag) },
    { weight: 2, arbitrary: text },
    { weight: 1, arbitrary: fc.constantFrom(...WRONG_TEXTS) },
  );
}

function queryOf({ parameters }: DocumentOperation): fc.Arbitrary<Recipe["query"]> {
  const own = parameters.filter(({ name, place }) => place === "query" && !CURSORS.has(name));
  if (own.length === 0) return fc.constantFrom([], [], [["utm_source", "x"]]);
  const stray = fc.constantFrom<(readonly [string, string])[]>(
    ["utm_source", "mail&more=1"],
    ["filter[not_declared]", "1"],
    ["filter", "x"],
    ["filter[", "x"],
    ["sort", "not_declared"],
    ["sort", own.some(({ name }) => name === "sort") ? "id,id" : ""],
    ["limit", "many"],
    ["include", "nothing"],
  );
  return fc
    .subarray([...own], { maxLength: Math.min(4, own.length) })
    .chain((chosen) =>
      fc.tuple(
        fc.tuple(...chosen.map((parameter) => parameterText(parameter))),
        fc.option(stray, { freq: 8, nil: undefined }),
      ),
    )
    .map(([pairs, more]) => {
      const named = new Map<string, string>([...pairs, ...(more === undefined ? [] : [more])]);
      return [...named];
    });
}

function parameterText({ name, schema }: OperationParameter): fc.Arbitrary<readonly [string, string]> {
  const right = queryText(schema);
  const text = fc.oneof({ weight: 7, arbitrary: right }, { weight: 1, arbitrary: fc.constantFrom("", ...WRONG_TEXTS) });
  return text.map((value) => [name, value] as const);
}

/** Text of a parameter that fits its schema. */
function queryText(schema: Part): fc.Arbitrary<string> {
  const { type, items, contentMediaType } = schema;
  const members = schema["enum"] as readonly string[] | undefined;
  if (type === "array") return commaList(items as Part);
  if (members !== undefined) return fc.constantFrom(...members);
  if (contentMediaType === "application/json") return valid({}, { follow: (part) => part }).map(writeJson);
  if (type === "boolean") return fc.constantFrom("true", "false");
  if (type === "number")
    return fc.oneof(
      fc.constantFrom("0", "2.5", "-1e3", "1.50", "123456789012345678901234567890"),
      fc.float({ noNaN: true, noDefaultInfinity: true }).map(String),
    );
  if (type !== "integer") return textOf(schema);
  const least = BigInt(Number(schema["minimum"] ?? -1000));
  const most = schema["maximum"] === undefined ? 2n ** 63n - 1n : BigInt(Number(schema["maximum"]));
  const edges = [least, 0n, 1n, 100n, 101n, most].filter((value) => value >= least && value <= most);
  const endless = schema["format"] === undefined && schema["maximum"] === undefined ? ["9".repeat(25)] : [];
  return fc.oneof(
    fc.bigInt({ min: least, max: least + 50n }).map(String),
    fc.constantFrom(...edges.map(String), ...endless),
  );
}

function commaList(items: Part): fc.Arbitrary<string> {
  const members = (items["enum"] ?? []) as readonly string[];
  const known = (items["x-shaperail-values"] ?? []) as readonly string[];
  if (members.length === 0) return fc.shuffledSubarray([...known, "unknown_name"]).map((names) => names.join(","));
  // Each field once, in one of its two directions.
  const fields = [...new Set(members.map((name) => name.replace(/^-/, "")))];
  return fc
    .shuffledSubarray(fields, { maxLength: Math.min(3, fields.length) })
    .chain((names) => fc.tuple(...names.map((name) => fc.constantFrom(name, `-${name}`))))
    .map((names) => names.join(","));
}

/** Stands for a text that was in no request before. */
export const FRESH = "fresh";

function headersOf(parameters: readonly OperationParameter[]): fc.Arbitrary<Readonly<Record<string, string>>> {
  const own = parameters.filter(({ name }) => !CONDITIONAL.has(name));
  const arbitraries = own.map(({ name, schema }) => {
    const long = "k".repeat(Number(schema["maxLength"] ?? 300) + 1);
    const text = fc.oneof(
      { weight: 6, arbitrary: fc.constant(FRESH) },
      { weight: 1, arbitrary: fc.constantFrom(long, "a b", "ü") },
    );
    return [name.toLowerCase(), text] as const;
  });
  return fc.record(Object.fromEntries(arbitraries), { requiredKeys: [] }) as fc.Arbitrary<Record<string, string>>;
}

interface BodyOptions {
  readonly values: ValueOptions;
  readonly flawless: boolean;
  readonly relations: Relations;
}

function bodyOf(
  { body, tag }: DocumentOperation,
  { values, flawless, relations }: BodyOptions,
): fc.Arbitrary<Recipe["body"]> {
  if (body === undefined) return fc.constant(undefined);
  const schema = values.follow(body.schema);
  const takesKeys =
    schema["type"] === "array" &&
    relations.primaryKeys.has(tag) &&
    values.follow(schema["items"] as Part)["type"] !== "object";
  const keys = fc.uniqueArray(knownRow(tag), { minLength: 1, maxLength: 3, selector: ({ at }) => at });
  const right = takesKeys
    ? fc.oneof({ weight: 4, arbitrary: keys as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: valid(schema, values) })
    : valid(schema, values);
  const asJson = right.map((value) => ({ value }));
  if (flawless) return asJson;
  const notJson = fc.constantFrom<Recipe["body"][]>(
    undefined,
    { text: "", type: "application/json" },
    { text: '{"a":', type: "application/json" },
    { text: "{}", type: "text/plain" },
    { text: "a=1", type: "application/x-www-form-urlencoded" },
    { text: "NaN", type: "application/json" },
  );
  return fc.oneof(
    { weight: 10, arbitrary: asJson },
    { weight: 10, arbitrary: broken(schema, values).map((value) => ({ value })) },
    { weight: 1, arbitrary: notJson },
  );
}

/** True for what stands for a row. */
export function isKnown(value: unknown): value is Known {
  return typeof value === "object" && value !== null && Object.hasOwn(value, "known") && Object.hasOwn(value, "at");
}

/** The value with every {@link Known} replaced. */
export function fillIn(value: unknown, keyOf: (known: Known) => unknown): unknown {
  if (isKnown(value)) return keyOf(value);
  if (typeof value !== "object" || value === null || isRawNumber(value)) return value;
  if (Array.isArray(value)) return value.map((item) => fillIn(item, keyOf));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillIn(item, keyOf)]));
}
