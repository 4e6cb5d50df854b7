import type { Located } from "@shaperail/source";
import { inputOf } from "./endpoint-input.ts";
import { toEndpoint } from "./to-endpoint.ts";
import { toField } from "./to-field.ts";
import type { Relation, Resource, ResourceIndex } from "./model.ts";
import { primaryKeyOf } from "./read-field.ts";
import type { ReadIndex, ReadRelation } from "./shape-relation.ts";
import type { ReadResource } from "./shape-resource.ts";

export interface ToResourceOptions {
  readonly file: string;
  /** Primary key of another resource, for the far end of a belongs_to. Undefined: unknown, and `id` is assumed. */
  readonly primaryKeyOf: (resource: string) => string | undefined;
}

/** The model of a file in which no error was found; undefined when something it needs is missing after all. */
export function toResource(
  read: ReadResource,
  { file, primaryKeyOf: farKeyOf }: ToResourceOptions,
): Resource | undefined {
  const { resource: name, version, db = "default", tenant_key: tenantKey, schema } = read.values;
  const primaryKey = primaryKeyOf(read);
  if (name === undefined || version === undefined || schema === undefined || primaryKey === undefined) return undefined;
  const farKey = (resource: string): string => (resource === name ? primaryKey : (farKeyOf(resource) ?? "id"));
  const searchFields = [...schema].filter(([, { value }]) => value.values.search === true).map(([field]) => field);
  return deepFreeze({
    name,
    version,
    db,
    tenantKey,
    fields: [...schema].map(([fieldName, { value }]) => toField(fieldName, value)),
    primaryKey,
    endpoints: [...(read.values.endpoints ?? [])].map(([action, { value }]) =>
      toEndpoint(action, value, { resource: name, searchFields, inputOf: (kind) => inputOf(read, kind, value) }),
    ),
    relations: [...(read.values.relations ?? [])].flatMap(([relation, { value }]) =>
      toRelation(relation, value, { primaryKey, farKey }),
    ),
    indexes: (read.values.indexes ?? []).map(toIndex),
    file,
  });
}

interface RelationKeys {
  readonly primaryKey: string;
  readonly farKey: (resource: string) => string;
}

function toRelation(name: string, { values }: ReadRelation, { primaryKey, farKey }: RelationKeys): readonly Relation[] {
  const { resource, type: kind, key, foreign_key: foreignKey } = values;
  if (resource === undefined || kind === undefined) return [];
  return kind === "belongs_to"
    ? [{ name, kind, resource, localField: key ?? "", remoteField: farKey(resource) }]
    : [{ name, kind, resource, localField: primaryKey, remoteField: foreignKey ?? "" }];
}

function toIndex({ value: { values } }: Located<ReadIndex>): ResourceIndex {
  const { fields = [], unique = false, order = "asc" } = values;
  return { fields: fields.map(({ value }) => value), unique, order };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
