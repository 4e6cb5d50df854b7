import type { Endpoint, Resource } from "@shaperail/resource";
import { toPascal } from "./names.ts";
import { type DocumentContext, type Inclusion, reference, SELECTION } from "./context.ts";
import type { JsonObject, Part } from "./model.ts";
import { visibleFields } from "./parameters.ts";
import { fieldSchema } from "./value-schema.ts";

/** Every schema that the endpoints of a resource can refer to, by name. */
export function resourceSchemas(resource: Resource, context: DocumentContext): JsonObject {
  const { names } = context;
  const schemas: [string, Part][] = [
    [names.schema(resource, ""), rowSchema(resource)],
    [names.schema(resource, SELECTION), selectionSchema(resource, context)],
    ...resource.endpoints
      .filter(takesInput)
      .map((endpoint): [string, Part] => [inputName(resource, endpoint, context), inputSchema(resource, endpoint)]),
  ];
  return Object.fromEntries(
    schemas.map(([name, schema]) => [name, { ...schema, "x-shaperail-resource": resource.name }]),
  );
}

/** Name of the schema of a request body. */
export function inputName(resource: Resource, { action }: Endpoint, { names }: DocumentContext): string {
  return names.schema(resource, `${toPascal(action)}Input`);
}

/** True for endpoints whose body is made of the fields in `input`. */
export function takesInput({ kind, input }: Endpoint): boolean {
  if (kind === "custom") return input.length > 0;
  return kind === "create" || kind === "update" || kind === "bulk_create";
}

/** A row with all its keys, as writes answer it. */
function rowSchema(resource: Resource): Part {
  const fields = visibleFields(resource);
  return {
    type: "object",
    description: `A row of ${resource.name}.`,
    required: fields.map(({ name }) => name),
    properties: Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field)])),
  };
}

/** A row of which no key is certain, because `fields` may leave it out. */
function selectionSchema(resource: Resource, context: DocumentContext): Part {
  const own = visibleFields(resource).map((field): [string, Part] => [field.name, fieldSchema(field)]);
  const included = context
    .inclusions(resource)
    .map((inclusion): [string, Part] => [inclusion.relation.name, includedSchema(inclusion, context)]);
  return {
    type: "object",
    description:
      `A row of ${resource.name}, as \`fields\`${included.length > 0 ? " and `include` shape" : " shapes"} it. ` +
      "Without `fields`, every field is there.",
    properties: Object.fromEntries([...own, ...included]),
    // For generators: the schema of the row when nothing is left out.
    "x-shaperail-row": context.names.schema(resource, ""),
  };
}

function includedSchema({ relation, resource }: Inclusion, { names }: DocumentContext): Part {
  const row = reference("schemas", names.schema(resource, ""));
  if (relation.kind === "has_many") return { type: "array", items: row, maxItems: 100 };
  return { anyOf: [row, { type: "null" }] };
}

function inputSchema(resource: Resource, endpoint: Endpoint): Part {
  const fields = resource.fields.filter(({ name }) => endpoint.input.includes(name));
  const partial = isPartial(endpoint);
  const properties = fields.map((field): [string, Part] => [
    field.name,
    { ...fieldSchema(field, { withDefault: !partial }), ...(hidden(field) ? { writeOnly: true } : {}) },
  ]);
  const required = fields.filter(({ required: must, default: value }) => must && value === undefined);
  return {
    type: "object",
    description: partial
      ? "The fields to change; other keys are ignored, and do not count."
      : "Keys that are not listed are ignored.",
    // What nothing to do means is for a handler to say; an update refuses it.
    ...(partial && endpoint.kind === "update" ? { minProperties: 1 } : {}),
    ...(partial || required.length === 0 ? {} : { required: required.map(({ name }) => name) }),
    properties: Object.fromEntries(properties),
  };
}

/** A partial update writes what is given; every other write fills in the rest. */
function isPartial({ method }: Endpoint): boolean {
  return method === "PATCH";
}

function hidden({ sensitive, transient }: { readonly sensitive: boolean; readonly transient: boolean }): boolean {
  return sensitive || transient;
}
