import type { Endpoint, Resource } from "@shaperail/resource";
import { type DocumentContext, reference, SELECTION } from "./context.ts";
import { headersOf, LIMIT_HEADERS } from "./error-responses.ts";
import type { JsonObject, Part } from "./model.ts";

/** The schemas of `meta`. */
export const META_SCHEMAS: JsonObject = {
  CursorMeta: {
    type: "object",
    description: "Where a page stands in a list.",
    required: ["cursor", "has_more"],
    properties: {
      cursor: { type: ["string", "null"], description: "`after` of the next page; null on the last one." },
      has_more: { type: "boolean", description: "Whether there is another page in the direction of the request." },
      previous: {
        type: ["string", "null"],
        description: "`before` of the page before this one. Only there when the request had `after` or `before`.",
      },
      truncated: truncated(),
    },
  },
  OffsetMeta: {
    type: "object",
    description: "Where a page stands in a list.",
    required: ["offset", "limit", "total"],
    properties: {
      offset: { type: "integer", format: "int64", description: "Rows before the page." },
      limit: { type: "integer", description: "Rows that fit on the page." },
      total: { type: "integer", format: "int64", description: "Rows in the whole list." },
      truncated: truncated(),
    },
  },
  TotalMeta: {
    type: "object",
    description: "How many rows were written.",
    required: ["total"],
    properties: { total: { type: "integer" } },
  },
  TruncationMeta: {
    type: "object",
    description: "What is missing. Only there when something is.",
    required: ["truncated"],
    properties: { truncated: truncated() },
  },
};

/** What an endpoint answers when all is well, by status. */
export function successResponses(
  resource: Resource,
  endpoint: Endpoint,
  context: DocumentContext,
): Readonly<Record<string, Part>> {
  const row = reference("schemas", context.names.schema(resource, ""));
  const selection = reference("schemas", context.names.schema(resource, SELECTION));
  const limited = endpoint.rateLimit === undefined ? [] : LIMIT_HEADERS;
  const cached = endpoint.cache === undefined ? limited : ["X-Cache", ...limited];
  switch (endpoint.kind) {
    case "list": {
      const meta = endpoint.pagination === "cursor" ? "CursorMeta" : "OffsetMeta";
      return { 200: envelope("A page of rows.", { data: arrayOf(selection), meta }, cached) };
    }
    case "get": {
      const cuts = context.inclusions(resource).some(({ relation }) => relation.kind === "has_many");
      const found = envelope("The row.", { data: selection, ...(cuts ? { optionalMeta: "TruncationMeta" } : {}) }, [
        "ETag",
        ...cached,
      ]);
      return { 200: found, 304: { description: "The row has not changed.", headers: headersOf(["ETag", ...limited]) } };
    }
    case "create":
      return { 201: envelope("The row as it is stored.", { data: row }, ["ETag", "Idempotency-Replayed", ...limited]) };
    case "update":
      return { 200: envelope("The row as it is stored.", { data: row }, ["ETag", ...limited]) };
    case "delete":
      return { 204: { description: "The row is gone.", headers: headersOf(limited) } };
    case "bulk_create":
      return { 200: envelope("The rows as they are stored.", { data: arrayOf(row), meta: "TotalMeta" }, limited) };
    case "bulk_delete":
      return { 200: envelope("The rows as they were.", { data: arrayOf(row), meta: "TotalMeta" }, limited) };
    case "custom":
      return {
        200: envelope("What the handler answers.", { data: { description: "Any JSON value." } }, cached),
        204: { description: "The handler has nothing to answer.", headers: headersOf(limited) },
      };
  }
}

interface EnvelopeParts {
  readonly data: Part;
  /** Name of the schema of `meta`. */
  readonly meta?: string;
  /** The same, for `meta` that is not always there. */
  readonly optionalMeta?: string;
}

function envelope(description: string, { data, meta, optionalMeta }: EnvelopeParts, headers: readonly string[]): Part {
  const metaName = meta ?? optionalMeta;
  const schema = {
    type: "object",
    required: meta === undefined ? ["data"] : ["data", "meta"],
    properties: { data, ...(metaName === undefined ? {} : { meta: reference("schemas", metaName) }) },
  };
  return { description, headers: headersOf(headers), content: { "application/json": { schema } } };
}

function arrayOf(items: Part): Part {
  return { type: "array", items };
}

function truncated(): Part {
  return {
    type: "array",
    items: { type: "string" },
    description: "Included relations that have more than the 100 rows shown. Only there when one has.",
  };
}
