import type { Endpoint } from "@shaperail/resource";
import { didYouMean } from "@shaperail/source/suggest";
import { createIssueList, type IssueList } from "../input/issue.ts";
import type { SqlValue } from "../port.ts";
import type { Column } from "../sql/column.ts";
import type { Include } from "../sql/include.ts";
import type { Direction, SortKey } from "../sql/keyset.ts";
import { createShapeCache, type ShapeCache } from "../sql/shape-cache.ts";
import type { Table } from "../sql/table.ts";
import { cursorSignature, decodeCursor } from "./cursor.ts";
import { parseQuery, type QueryParameters } from "./query-string.ts";
import { parseTextValue } from "./text-value.ts";

const DEFAULT_LIMIT = 25;
const MOST_ROWS = 100;
const LARGEST_OFFSET = 999_999_999_999_999;

/** A filter with its value, as PostgreSQL's text. */
export interface FilterValue {
  readonly column: Column;
  readonly value: string;
}

/** The place in the order from which a page is read. */
export interface PagePlace {
  readonly direction: Direction;
  /** Values of the sort keys of the row at that place. */
  readonly values: readonly SqlValue[];
}

/** What a client asks of a list, checked and typed. */
export interface ListRequest {
  /** In the order of the endpoint's `filters`. */
  readonly filters: readonly FilterValue[];
  readonly order: ListOrder;
  readonly search: string | undefined;
  readonly limit: number;
  readonly place: PagePlace | undefined;
  readonly offset: number;
  readonly projection: Projection;
}

/** The order of a list. */
export interface ListOrder {
  /** Ends with the primary key, so that the order is total. */
  readonly keys: readonly SortKey[];
  /** Says everything about the keys: `-score,id`. */
  readonly text: string;
  /** Fingerprint of the text: a cursor belongs to one order. */
  readonly signature: string;
}

/** What each row shows. */
export interface Projection {
  /** Says everything about the projection; "" for whole rows without relations. */
  readonly shape: string;
  readonly columns: readonly Column[];
  readonly includes: readonly Include[];
}

/** What an endpoint's query string may say, with what can be worked out at start. */
export interface ListGrammar {
  readonly endpoint: Endpoint;
  readonly table: Table;
  readonly includes: ReadonlyMap<string, Include>;
  readonly wholeRow: Projection;
  /** Orders by what `sort` says: making one hashes, and most requests ask for the same few. */
  readonly orders: ShapeCache<ListOrder | undefined>;
}

export function createListGrammar(
  endpoint: Endpoint,
  { table, includes }: Pick<ListGrammar, "table" | "includes">,
): ListGrammar {
  return { endpoint, table, includes, wholeRow: wholeRow(table), orders: createShapeCache() };
}

/**
 * Reads the query string of a list.
 * @throws HttpError `VALIDATION_ERROR` that names every parameter that is wrong.
 */
export function readListRequest(query: string, grammar: ListGrammar): ListRequest {
  const { endpoint } = grammar;
  const parameters = parseQuery(query);
  const issues = createIssueList();
  const filters = readFilters(parameters, grammar, issues);
  const order = readOrder(parameters.get("sort"), grammar, issues);
  const byCursor = endpoint.pagination === "cursor";
  const request = {
    filters,
    order,
    search: readSearch(parameters.get("search"), endpoint, issues),
    limit: readLimit(parameters, issues),
    place: byCursor ? readPlace(parameters, order, issues) : undefined,
    offset: byCursor ? 0 : readOffset(parameters, issues),
    projection: readProjection(parameters, grammar),
  };
  issues.throwIfAny();
  return request;
}

/** The projection without `fields` and `include`. */
export function wholeRow(table: Table): Projection {
  return { shape: "", columns: table.visible, includes: [] };
}

/** `fields` and `include`; names that do not exist are ignored. */
export function readProjection(
  parameters: QueryParameters,
  { table, includes, wholeRow: whole }: Pick<ListGrammar, "table" | "includes" | "wholeRow">,
): Projection {
  const fields = parameters.get("fields");
  if (fields === undefined && !parameters.has("include")) return whole;
  const names = fields === undefined ? undefined : new Set(fields.split(","));
  const columns = names === undefined ? table.visible : table.visible.filter(({ key }) => names.has(key));
  const included = readIncludes(parameters, includes);
  const shape = `${columns.map(({ key }) => key).join()}|${included.map(({ key }) => key).join()}`;
  return { shape, columns, includes: included };
}

/** The relations that `include` names. Whoever decides who sees their rows has to read the same. */
export function readIncludes(parameters: QueryParameters, includes: ReadonlyMap<string, Include>): readonly Include[] {
  return distinct(parameters.get("include")?.split(",") ?? []).flatMap((name) => includes.get(name) ?? []);
}

const FILTER = /^filter\[(.*)\]$/s;

function readFilters(parameters: QueryParameters, { endpoint, table }: ListGrammar, issues: IssueList): FilterValue[] {
  const declared = endpoint.filters;
  for (const name of parameters.keys()) {
    const field = FILTER.exec(name)?.[1];
    if (field !== undefined && !declared.includes(field)) {
      const known = declared.length === 0 ? "no filters are declared" : `declared are ${declared.join(", ")}`;
      issues.add(name, "UNDECLARED_FILTER", `is not declared; ${known}.${didYouMean(field, declared)}`);
    } else if (isBareFilter(name, declared) || (field === undefined && name.startsWith("filter"))) {
      const example = declared.includes(name) ? name : (declared[0] ?? "field");
      issues.add(name, "INVALID_FILTER_FORM", `has no effect in this form; write filter[${example}]=value`);
    }
  }
  return declared.flatMap((name) => {
    const text = parameters.get(`filter[${name}]`);
    const column = table.columns.get(name);
    if (text === undefined || column === undefined) return [];
    const value = parseTextValue(column.field, text);
    if (value !== undefined) return [{ column, value }];
    issues.add(`filter[${name}]`, "invalid_filter", `must be a valid ${column.field.type}`);
    return [];
  });
}

// A field may have the name of a parameter; without `filter[…]`, the name means the parameter.
const PARAMETERS = new Set(["sort", "search", "limit", "offset", "after", "before", "fields", "include"]);

function isBareFilter(name: string, declared: readonly string[]): boolean {
  return declared.includes(name) && !PARAMETERS.has(name);
}

function readOrder(text: string | undefined, grammar: ListGrammar, issues: IssueList): ListOrder {
  const known = grammar.orders.get(text ?? "", () => {
    const mistakes = createIssueList();
    const order = toOrder(text ?? "", grammar, mistakes);
    return mistakes.issues.length > 0 ? undefined : order;
  });
  return known ?? toOrder(text ?? "", grammar, issues);
}

function toOrder(text: string, grammar: ListGrammar, issues: IssueList): ListOrder {
  const keys = readSortKeys(text, grammar, issues);
  const order = keys.map(({ column, descending }) => (descending ? "-" : "") + column.key).join();
  const { name, version } = grammar.table.resource;
  return { keys, text: order, signature: cursorSignature(`${name} v${version}`, order) };
}

function readSortKeys(text: string, { endpoint, table }: ListGrammar, issues: IssueList): SortKey[] {
  const keys: SortKey[] = [];
  const seen = new Set<string>();
  for (const part of text === "" ? [] : text.split(",")) {
    const descending = part.startsWith("-");
    const name = descending ? part.slice(1) : part;
    const column = endpoint.sort.includes(name) ? table.columns.get(name) : undefined;
    if (column === undefined) {
      const known = endpoint.sort.length === 0 ? "this list has one order" : `sortable are ${endpoint.sort.join(", ")}`;
      issues.add("sort", "invalid_value", `\`${name}\` is not sortable; ${known}.${didYouMean(name, endpoint.sort)}`);
    } else if (seen.has(name)) {
      issues.add("sort", "invalid_value", `\`${name}\` is named twice`);
    } else {
      keys.push({ column, descending });
    }
    seen.add(name);
  }
  // The primary key is the last one: what follows it can never decide, and would make longer cursors that may end in NULL.
  const { primaryKey } = table;
  const end = keys.findIndex(({ column }) => column === primaryKey);
  return end === -1 ? [...keys, { column: primaryKey, descending: false }] : keys.slice(0, end + 1);
}

function readSearch(text: string | undefined, { search }: Endpoint, issues: IssueList): string | undefined {
  if (text === undefined || search.length === 0 || text.trim() === "") return undefined;
  if (!text.includes("\0") && text.isWellFormed()) return text;
  issues.add("search", "invalid_value", "contains a character that cannot be searched for");
  return undefined;
}

function readInteger(name: string, parameters: QueryParameters, issues: IssueList): number | undefined {
  const text = parameters.get(name);
  if (text === undefined) return undefined;
  if (/^-?\d+$/.test(text)) return Number(text);
  issues.add(name, "invalid_integer", "must be a whole number");
  return undefined;
}

/** Within its bounds, however long the number is. */
function readLimit(parameters: QueryParameters, issues: IssueList): number {
  return Math.min(MOST_ROWS, Math.max(1, readInteger("limit", parameters, issues) ?? DEFAULT_LIMIT));
}

function readOffset(parameters: QueryParameters, issues: IssueList): number {
  const offset = readInteger("offset", parameters, issues) ?? 0;
  if (offset < 0) issues.add("offset", "too_small", "must be at least 0");
  if (offset > LARGEST_OFFSET) issues.add("offset", "too_large", `must be at most ${LARGEST_OFFSET}`);
  return Math.max(0, offset);
}

function readPlace(
  parameters: QueryParameters,
  { signature, keys }: ListOrder,
  issues: IssueList,
): PagePlace | undefined {
  const after = parameters.get("after");
  const before = parameters.get("before");
  if (after === undefined && before === undefined) return undefined;
  const direction = after === undefined ? "before" : "after";
  const values = decodeCursor(signature, after ?? before ?? "");
  if (values?.length === keys.length && values.at(-1) !== null) {
    if (after === undefined || before === undefined) return { direction, values };
    issues.add("before", "invalid_value", "cannot be combined with after");
    return undefined;
  }
  issues.add("cursor", "invalid_cursor", `${direction} is not a cursor of this list in this order`);
  return undefined;
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)];
}
