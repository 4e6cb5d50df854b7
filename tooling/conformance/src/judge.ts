import type { Json, OpenApiDocument, Part } from "@shaperail/openapi";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Answer } from "./client.ts";
import { readJson, toDoubles } from "./exact-json.ts";
import { FORMATS } from "./formats.ts";
import { type DocumentOperation, resolve } from "./operation.ts";

/** Says what a document thinks of requests and answers. */
export interface Judge {
  /** What is wrong with a JSON body; nothing when the document admits it. */
  bodyProblems(operation: DocumentOperation, body: unknown): readonly string[];
  /** What in the answer is not in the document. */
  answerProblems(operation: DocumentOperation, answer: Answer): readonly string[];
}

// Headers that HTTP itself, or every response for the safety of browsers, may have: no document lists them.
const UNLISTED = new Set(
  [
    ["connection", "content-encoding", "content-language", "content-length", "content-type", "date", "keep-alive"],
    ["allow", "accept", "accept-encoding", "cache-control", "transfer-encoding", "vary"],
    ["content-security-policy", "cross-origin-resource-policy", "referrer-policy", "strict-transport-security"],
    ["x-content-type-options", "x-frame-options"],
  ].flat(),
);
// Not every documented header is in every answer; this one is.
const ALWAYS = "x-request-id";

/** Prepares validators for a document; each schema is compiled when first needed. */
export function createJudge(document: OpenApiDocument): Judge {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true, formats: { ...FORMATS } });
  ajv.addVocabulary(["x-shaperail-values", "x-shaperail-row", "x-shaperail-resource"]);
  // Schemas refer to each other through the document, which is none itself.
  ajv.addVocabulary(Object.keys(document));
  ajv.addSchema(document, "requests", false, false);
  // An answer with a key that no schema mentions is outside the document, though JSON Schema would let it pass.
  ajv.addSchema(closed(document) as object, "answers", false, false);
  const problems = (uri: string, value: unknown): readonly string[] => {
    const validate = ajv.getSchema(uri);
    if (validate === undefined) throw new Error(`The document has no ${uri}.`);
    if (validate(toDoubles(value)) === true) return [];
    return (validate.errors ?? []).map(({ instancePath, message = "" }) => `${instancePath || "/"} ${message}`);
  };

  return {
    bodyProblems({ body }, value) {
      if (body === undefined) return [];
      const { minProperties, properties } = resolve(document, body.schema);
      return [
        ...problems(`requests${body.pointer}`, value),
        ...(minProperties === 1 && !hasAny(value, properties) ? ["/ has none of the fields"] : []),
      ];
    },
    answerProblems({ responses }, { status, headers, text }) {
      const response = responses.get(String(status)) ?? responses.get("default");
      if (response === undefined) return [`the status ${status} is not documented`];
      const { part, pointer } = response;
      const media = (headers.get("content-type") ?? "").split(";")[0] ?? "";
      const content = part["content"] as Part | undefined;
      const found = headerProblems(resolveHeaders(document, part), headers);
      if (content === undefined) return text === "" ? found : [...found, "there is a body"];
      if (content[media] === undefined) return [...found, `the type ${media} is not documented`];
      const value = media === "application/json" ? parse(text) : text;
      if (value === NOT_JSON) return [...found, "the body is not JSON"];
      const schema = `answers${pointer}/content/${media.replaceAll("/", "~1")}/schema`;
      return [...found, ...problems(schema, value), ...envelopeProblems(status, headers, value)];
    },
  };
}

/** Keys that are not listed are ignored, also when keys are counted; JSON Schema cannot say that in a few words. */
function hasAny(value: unknown, properties: Json | undefined): boolean {
  const names = new Set(Object.keys((properties ?? {}) as Part));
  return typeof value === "object" && value !== null && Object.keys(value).some((name) => names.has(name));
}

const NOT_JSON = Symbol("not JSON");

function parse(text: string): unknown {
  try {
    return readJson(text);
  } catch {
    return NOT_JSON;
  }
}

function resolveHeaders(document: OpenApiDocument, response: Part): ReadonlyMap<string, Part> {
  const headers = Object.entries((response["headers"] as Part | undefined) ?? {});
  return new Map(headers.map(([name, part]) => [name.toLowerCase(), resolve(document, part as Part)]));
}

function headerProblems(documented: ReadonlyMap<string, Part>, headers: ReadonlyMap<string, string>): string[] {
  const unknown = [...headers.keys()].filter((name) => !documented.has(name) && !UNLISTED.has(name));
  const wrong = [...documented].filter(([name, { schema }]) => {
    const value = headers.get(name);
    return value !== undefined && !admitsText(schema as Part, value);
  });
  return [
    ...(headers.has(ALWAYS) ? [] : [`the header ${ALWAYS} is missing`]),
    ...unknown.map((name) => `the header ${name} is not documented`),
    ...wrong.map(([name]) => `the header ${name} is not as documented`),
  ];
}

/** An error says its own status and request id again. */
function envelopeProblems(status: number, headers: ReadonlyMap<string, string>, value: unknown): string[] {
  if (status < 400) return [];
  const { error } = value as { readonly error?: { readonly status?: unknown; readonly request_id?: unknown } };
  const agrees = error?.status === status && error.request_id === headers.get(ALWAYS);
  return agrees ? [] : ["the envelope does not repeat the status and the request id"];
}

/** Whether text in a path, a query string or a header is a value of the schema; lists are separated by commas. */
export function admitsText(schema: Part, text: string): boolean {
  const { type, format, minimum, minLength = 0, maxLength = Infinity, pattern, items, contentMediaType } = schema;
  const members = schema["enum"] as readonly Json[] | undefined;
  if (type === "array") return text === "" || text.split(",").every((item) => admitsText(items as Part, item));
  if (type === "boolean") return text === "true" || text === "false";
  if (type === "integer" || type === "number") {
    if (!(type === "integer" ? /^-?\d+$/ : /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/).test(text)) return false;
    const value = Number(toDoubles(type === "integer" ? BigInt(text) : Number(text)));
    const { maximum = Infinity } = schema;
    return admits(format, value) && value >= Number(minimum ?? -Infinity) && value <= Number(maximum);
  }
  const length = Array.from(text).length;
  return (
    admits(format, text) &&
    length >= Number(minLength) &&
    length <= Number(maxLength) &&
    (members === undefined || members.includes(text)) &&
    (typeof pattern !== "string" || new RegExp(pattern, "u").test(text)) &&
    (contentMediaType !== "application/json" || parse(text) !== NOT_JSON)
  );
}

function admits(format: Json | undefined, value: string | number): boolean {
  if (typeof format !== "string") return true;
  const rule = FORMATS[format];
  if (rule === undefined) throw new Error(`The format ${format} has no meaning here.`);
  return rule.type === "string" ? rule.validate(String(value)) : rule.validate(Number(value));
}

/** The value with every object schema that lists its keys closed for others. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([key, member]): [string, unknown] => [key, closed(member)]);
  const { type, properties, additionalProperties } = value as Part;
  const isOpen = type === "object" && properties !== undefined && additionalProperties === undefined;
  return Object.fromEntries([...members, ...(isOpen ? [["additionalProperties", false] as const] : [])]);
}
