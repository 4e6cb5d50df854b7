import type { Endpoint, Field, Resource } from "@shaperail/resource";
import type { DocumentContext } from "./context.ts";
import type { Parameter, Part } from "./model.ts";
import { textSchema } from "./value-schema.ts";

/** A path of the document and what its parameters are called there. */
export interface DocumentPath {
  /** `/v1/posts/{id}`. */
  readonly template: string;
  /** Names of the parameters in the file, in order. */
  readonly declared: readonly string[];
}

/** The path of an endpoint as OpenAPI writes it. */
export function documentPath({ version }: Resource, { path }: Endpoint): DocumentPath {
  const declared: string[] = [];
  const template = path.replaceAll(/:([A-Za-z_][A-Za-z0-9_]*)/g, (_match, name: string) => {
    declared.push(name);
    return `{${name}}`;
  });
  return { template: `/v${version}${template}`, declared };
}

/** Names of the parameters of a template, in order. */
function parameterNames(template: string): readonly string[] {
  return [...template.matchAll(/\{([^}]+)\}/g)].map(([, name = ""]) => name);
}

/** The parameters of a path. That of an action on one row is its primary key; those of a custom endpoint are any text, which its handler reads. */
export function pathParameters(
  resource: Resource,
  endpoint: Endpoint,
  { template, declared }: DocumentPath,
): readonly Parameter[] {
  const names = parameterNames(template);
  return declared.map((wanted, position) => {
    const isKey = takesKey(endpoint) && position === declared.length - 1;
    const key = isKey ? fieldOf(resource, resource.primaryKey) : undefined;
    return {
      name: names[position] ?? wanted,
      in: "path",
      required: true,
      ...(isKey ? { description: `Primary key of ${resource.name}.` } : {}),
      schema: key === undefined ? { type: "string" } : textSchema(key),
    };
  });
}

/** The query parameters of an endpoint, as the query parser of the server reads them. */
export function queryParameters(
  resource: Resource,
  endpoint: Endpoint,
  context: DocumentContext,
): readonly Parameter[] {
  const { kind, cache, method } = endpoint;
  return [
    ...(kind === "list" ? listParameters(resource, endpoint) : []),
    ...(selects(endpoint) ? selectionParameters(resource, context) : []),
    ...(cache !== undefined && method === "GET" ? [NO_CACHE] : []),
  ];
}

/** True for endpoints whose rows `fields` cuts down and `include` extends. */
export function selects({ kind }: Endpoint): boolean {
  return kind === "list" || kind === "get";
}

/** True for conventional actions on the row that the path names. */
export function takesKey({ kind }: Endpoint): boolean {
  return kind === "get" || kind === "update" || kind === "delete";
}

/** The fields that a response shows, in the order of the file. */
export function visibleFields({ fields }: Resource): readonly Field[] {
  return fields.filter(({ sensitive, transient }) => !sensitive && !transient);
}

const NO_CACHE: Parameter = {
  name: "nocache",
  in: "query",
  description: "`1` asks the database and not the cache, which then keeps the new answer.",
  schema: { type: "string" },
};

function listParameters(resource: Resource, { filters, search, sort, pagination }: Endpoint): readonly Parameter[] {
  return [
    ...filters.flatMap((name) => filterParameter(fieldOf(resource, name)) ?? []),
    ...(search.length > 0 ? [searchParameter(search)] : []),
    ...(sort.length > 0 ? [sortParameter(sort)] : []),
    LIMIT,
    ...(pagination === "cursor" ? CURSORS : [OFFSET]),
  ];
}

function filterParameter(field: Field | undefined): Parameter | undefined {
  if (field === undefined) return undefined;
  const { name, items } = field;
  return {
    name: `filter[${name}]`,
    in: "query",
    description: items === undefined ? `Rows whose ${name} is this.` : `Rows whose ${name} contain this.`,
    schema: textSchema(items ?? field),
  };
}

function searchParameter(search: readonly string[]): Parameter {
  return {
    name: "search",
    in: "query",
    description: `Rows in which all of these words occur in ${search.join(", ")}. Blank: every row.`,
    schema: { type: "string" },
  };
}

function sortParameter(sort: readonly string[]): Parameter {
  const members = sort.flatMap((name) => [name, `-${name}`]);
  const description = "Fields to order by, the first one first; `-` turns the order round. Each at most once.";
  return commaList({ name: "sort", description, items: { type: "string", enum: members } });
}

function selectionParameters(resource: Resource, { inclusions }: DocumentContext): readonly Parameter[] {
  const names = visibleFields(resource).map(({ name }) => name);
  const relations = inclusions(resource).map(({ relation }) => relation.name);
  const fields = commaList({
    name: "fields",
    description: "The keys a row shall have; unknown names are ignored. Left out: all.",
    items: { type: "string", "x-shaperail-values": names },
  });
  const include = commaList({
    name: "include",
    description: "Relations to put into each row under their names; unknown names are ignored.",
    items: { type: "string", "x-shaperail-values": relations },
  });
  return relations.length === 0 ? [fields] : [fields, include];
}

const LIMIT: Parameter = {
  name: "limit",
  in: "query",
  description: "Rows per page. A number below 1 counts as 1, one above 100 as 100.",
  schema: { type: "integer", default: 25 },
};

/** The largest number of fifteen digits, as the server reads them. */
const LARGEST_OFFSET = 999_999_999_999_999;

const OFFSET: Parameter = {
  name: "offset",
  in: "query",
  description: "Rows to leave out before the page.",
  schema: { type: "integer", minimum: 0, maximum: LARGEST_OFFSET, default: 0 },
};

const CURSORS: readonly Parameter[] = [
  {
    name: "after",
    in: "query",
    description: "`meta.cursor` of a page: the page that follows it.",
    schema: { type: "string" },
  },
  {
    name: "before",
    in: "query",
    description: "`meta.previous` of a page: the page that precedes it. Not together with `after`.",
    schema: { type: "string" },
  },
];

function commaList({ name, description, items }: { name: string; description: string; items: Part }): Parameter {
  return { name, in: "query", description, style: "form", explode: false, schema: { type: "array", items } };
}

function fieldOf({ fields }: Resource, name: string): Field | undefined {
  return fields.find((field) => field.name === name);
}
