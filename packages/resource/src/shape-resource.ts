import {
  integer,
  type JsonSchema,
  list,
  type Located,
  type LocatedEntry,
  object,
  optional,
  type Property,
  type ReadObject,
  required,
  type Shape,
  text,
} from "@shaperail/source";
import { endpointDefinitions, endpointsShape, type ReadEndpoints } from "./shape-endpoints.ts";
import { fieldShape, type ReadField } from "./shape-field.ts";
import { checkedText, coded, NAME_PATTERN, namedMap } from "./shape-parts.ts";
import { indexShape, type ReadIndex, type ReadRelation, relationShape } from "./shape-relation.ts";

/** A resource file as it was read: every value with its place, nothing filled in. */
export type ReadResource = ReadObject<{
  readonly resource: Property<string, true>;
  readonly version: Property<number, true>;
  readonly db: Property<string, false>;
  readonly tenant_key: Property<string, false>;
  readonly schema: Property<ReadonlyMap<string, LocatedEntry<ReadField>>, true>;
  readonly endpoints: Property<ReadEndpoints, false>;
  readonly relations: Property<ReadonlyMap<string, LocatedEntry<ReadRelation>>, false>;
  readonly indexes: Property<readonly Located<ReadIndex>[], false>;
}>;

/** Columns PostgreSQL adds to every table. https://www.postgresql.org/docs/current/ddl-system-columns.html */
const SYSTEM_COLUMNS = ["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"] as const;

const resourceName = checkedText({
  expects: "a name such as `articles`",
  checks: [
    { code: "SR001", pattern: /\S/ },
    { code: "SR006", pattern: NAME_PATTERN },
    { code: "SR008", pattern: /^(?!pg_|shaperail_|saga_executions$)/ },
  ],
  description: "Name of the resource and of its table: snake_case, plural.",
});

export const resourceShape: Shape<ReadResource> = object(
  {
    resource: required(resourceName),
    version: required(coded("SR002", integer({ min: 1, description: "Routes begin with `/v<version>`." }))),
    db: optional(text({ minLength: 1, description: "Named database connection. Default: default." })),
    tenant_key: optional(
      text({ minLength: 1, expects: "the name of a field", description: "The uuid field that tells tenants apart." }),
    ),
    schema: required(
      namedMap(fieldShape, {
        expects: "a map from names to fields",
        reserved: SYSTEM_COLUMNS,
        emptyCode: "SR003",
        description: "The fields, in the order of columns and of JSON keys.",
      }),
    ),
    endpoints: optional(endpointsShape),
    relations: optional(
      namedMap(relationShape, {
        expects: "a map from names to relations",
        description: "Other resources that `include=` can add to an answer.",
      }),
    ),
    indexes: optional(list(indexShape, { description: "Indexes of the table." })),
  },
  { expects: "a resource: a map with `resource`, `version` and `schema`" },
);

/**
 * JSON Schema (draft 2020-12) of a resource file, for editors.
 *
 * It accepts what the parser accepts, apart from the rules of the catalogue marked `beyondSchema`.
 */
export function resourceJsonSchema(): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Shaperail resource",
    description: "A resource: its table, its fields and its endpoints.",
    ...resourceShape.schema(),
    $defs: endpointDefinitions(),
  };
}
