import type { Endpoint, Field, Resource } from "@shaperail/resource";
import { type DocumentContext, reference } from "./context.ts";
import type { JsonObject, Part } from "./model.ts";
import { inputName, takesInput } from "./resource-schemas.ts";
import { valueSchema } from "./value-schema.ts";

const MOST_ROWS = 500;

/** A handler that declares no input is given whatever JSON was sent. */
const ANY_BODY: Part = {
  required: false,
  content: { "application/json": { schema: { description: "Any JSON value, if the handler reads it." } } },
};

/** The body an endpoint expects; undefined when it takes none. */
export function requestBody(resource: Resource, endpoint: Endpoint, context: DocumentContext): Part | undefined {
  const { kind, upload, method } = endpoint;
  if (kind === "bulk_delete") return jsonBody(manyOf(keySchema(resource)));
  if (kind === "custom" && !takesInput(endpoint)) return method === "GET" ? undefined : ANY_BODY;
  if (!takesInput(endpoint)) return undefined;
  const input = reference("schemas", inputName(resource, endpoint, context));
  if (upload !== undefined) return formBody(input, upload.field);
  return jsonBody(kind === "bulk_create" ? manyOf(input) : input);
}

function jsonBody(schema: Part): Part {
  return { required: true, content: { "application/json": { schema } } };
}

/** The fields as parts of a form, one of them a file. */
function formBody(input: JsonObject, field: string): Part {
  const file = { type: "object", properties: { [field]: { type: "string", format: "binary" } } };
  return { required: true, content: { "multipart/form-data": { schema: { allOf: [input, file] } } } };
}

function manyOf(items: Part): Part {
  return { type: "array", items, minItems: 1, maxItems: MOST_ROWS };
}

function keySchema({ fields, primaryKey }: Resource): Part {
  const key: Field | undefined = fields.find(({ name }) => name === primaryKey);
  return key === undefined ? { type: "string" } : valueSchema(key);
}
