import type { Json, Part } from "../document/model.ts";

/** Writes types, and remembers which named ones they need. */
export interface TypeWriter {
  /** The type of a value of the schema. */
  typeOf(schema: Part): string;
  /** Names of the schemas that were referred to so far. */
  readonly references: ReadonlySet<string>;
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

export function createTypeWriter(): TypeWriter {
  const references = new Set<string>();

  const typeOf = (schema: Part): string => {
    const { $ref, anyOf, allOf, enum: members, type } = schema;
    if (typeof $ref === "string") return refer($ref);
    if (Array.isArray(anyOf)) return parts(anyOf).map(typeOf).join(" | ");
    if (Array.isArray(allOf)) return parts(allOf).map(typeOf).join(" & ");
    const values = members ?? schema["x-shaperail-values"];
    // An empty list of values, as of a row without fields, would be `never`.
    if (Array.isArray(values) && values.length > 0) return literals(values);
    if (type === undefined) return "unknown";
    const names: readonly Json[] = Array.isArray(type) ? type : [type];
    return names.map((name) => (typeof name === "string" ? simpleType(name, schema) : "unknown")).join(" | ");
  };

  const refer = (ref: string): string => {
    const name = ref.split("/").at(-1) ?? "";
    references.add(name);
    return name;
  };

  const simpleType = (name: string, schema: Part): string => {
    switch (name) {
      case "integer":
        return "number";
      case "array":
        return listOf(typeOf(isPart(schema["items"]) ? schema["items"] : {}));
      case "object":
        return objectType(schema);
      default:
        return name;
    }
  };

  const objectType = ({ properties, required, additionalProperties }: Part): string => {
    if (!isPart(properties)) {
      return `Record<string, ${isPart(additionalProperties) ? typeOf(additionalProperties) : "unknown"}>`;
    }
    const must = Array.isArray(required) ? required : [];
    const members = Object.entries(properties).map(([name, member]) => {
      const schema = isPart(member) ? member : {};
      return `${docComment(schema["description"])}${propertyName(name)}${must.includes(name) ? "" : "?"}: ${typeOf(schema)};`;
    });
    return block(members);
  };

  return { typeOf, references };
}

/** Members in braces, each on lines of its own. */
export function block(members: readonly string[]): string {
  return members.length === 0 ? "Record<string, never>" : `{\n${indent(members.join("\n"))}\n}`;
}

/** The name as it stands before a colon. */
export function propertyName(name: string): string {
  return IDENTIFIER.test(name) ? name : JSON.stringify(name);
}

/** The text as a comment of its own line, or nothing. */
export function docComment(text: Json | undefined): string {
  return typeof text === "string" && text !== ""
    ? `/** ${text.replaceAll("*/", "*\\/").replaceAll(/\s+/g, " ")} */\n`
    : "";
}

export function isPart(value: unknown): value is Part {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}

function parts(list: readonly Json[]): readonly Part[] {
  return list.filter(isPart);
}

function literals(values: readonly Json[]): string {
  return values.map((value) => JSON.stringify(value)).join(" | ");
}

function listOf(item: string): string {
  return IDENTIFIER.test(item) ? `${item}[]` : `Array<${item}>`;
}
