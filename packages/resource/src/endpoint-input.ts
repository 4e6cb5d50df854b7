import type { EndpointKind } from "./model.ts";
import type { ReadEndpoint } from "./shape-endpoint.ts";
import type { ReadResource } from "./shape-resource.ts";

/** Fields that are filled in from the request's context, so that a client writes them only where the file says so. */
const CONTEXT_FIELDS: readonly string[] = ["created_by", "deleted_at"];

/**
 * The fields a client may write, in the order of the schema.
 *
 * Without `input`: every field that is neither generated nor primary, the tenant key, `created_by` nor `deleted_at`. A primary field that
 * the database does not generate is part of a create, which could not succeed without it. Custom endpoints declare what they take.
 */
export function inputOf(resource: ReadResource, kind: EndpointKind, endpoint: ReadEndpoint): readonly string[] {
  const schema = [...(resource.values.schema ?? [])];
  if (endpoint.values.input !== undefined) {
    const declared = new Set(endpoint.values.input.map(({ value }) => value));
    return schema.map(([name]) => name).filter((name) => declared.has(name));
  }
  if (kind !== "create" && kind !== "update" && kind !== "bulk_create") return [];
  return schema
    .filter(([name, { value }]) => {
      const { primary = false, generated = false } = value.values;
      const fromContext = name === resource.values.tenant_key || CONTEXT_FIELDS.includes(name);
      return !generated && !fromContext && (!primary || kind !== "update");
    })
    .map(([name]) => name);
}
