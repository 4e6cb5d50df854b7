import type { OpenApiDocument } from "./model.ts";

/** The document as text that ends with a line break. Equal documents make equal bytes. */
export function renderOpenApi(document: OpenApiDocument, format: "json" | "yaml"): string {
  return format === "json" ? `${JSON.stringify(document, null, 2)}\n` : `${yaml(document, 0).trimStart()}\n`;
}

/** Block YAML 1.2. Every text is in double quotes, as JSON writes it, so that none can be taken for something else. */
function yaml(value: unknown, depth: number): string {
  if (typeof value !== "object" || value === null) return ` ${JSON.stringify(value)}`;
  const indent = `\n${"  ".repeat(depth)}`;
  if (Array.isArray(value)) {
    return value.length === 0 ? " []" : value.map((item) => `${indent}-${yaml(item, depth + 1)}`).join("");
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return " {}";
  return entries.map(([key, member]) => `${indent}${yamlKey(key)}:${yaml(member, depth + 1)}`).join("");
}

// YAML 1.1 readers are still common, and take words like `on` and `no` for booleans; ours are longer or contain $, _ or -.
const PLAIN_KEY = /^(?!(?:true|false|null|yes|no|on|off|y|n)$)[A-Za-z_$][\w$-]*$/i;

function yamlKey(key: string): string {
  return PLAIN_KEY.test(key) ? key : JSON.stringify(key);
}
