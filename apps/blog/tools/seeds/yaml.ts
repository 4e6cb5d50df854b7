export type SeedValue = string | number | boolean | readonly string[] | Readonly<Record<string, string | number>>;

/** A row by column; a column that is not there gets the database's default. */
export type SeedRow = Readonly<Record<string, SeedValue>>;

// What YAML reads as text without quotes, inside braces and brackets too.
const PLAIN = /^[A-Za-z](?:[A-Za-z0-9 .;!?'/_-]*[A-Za-z0-9.;!?'/_-])?$/;
// On a line of its own a comma, or a colon with no space behind it, needs no quotes either.
const PLAIN_LINE = /^[A-Za-z0-9](?:[A-Za-z0-9 .,;!?'/@_-]|:(?! |$))*$/;
const LOOKS_LIKE_ANOTHER_TYPE = /^(?:true|false|null|yes|no|on|off|[0-9.e+]+)$/i;

/** The rows as a YAML list of mappings, a line per column. */
export function toYaml(rows: readonly SeedRow[]): string {
  return rows.map((row) => `- ${Object.entries(row).map(toLine).join("\n  ")}\n`).join("");
}

function toLine([column, value]: readonly [string, SeedValue]): string {
  const isPlain = typeof value === "string" && PLAIN_LINE.test(value) && !LOOKS_LIKE_ANOTHER_TYPE.test(value);
  return `${column}: ${isPlain ? value : flow(value)}`;
}

function flow(value: SeedValue): string {
  if (typeof value === "string") {
    return PLAIN.test(value) && !LOOKS_LIKE_ANOTHER_TYPE.test(value) ? value : JSON.stringify(value);
  }
  if (typeof value !== "object") return String(value);
  if (isList(value)) return `[${value.map(flow).join(", ")}]`;
  return `{ ${Object.entries(value)
    .map(([key, member]) => `${key}: ${flow(member)}`)
    .join(", ")} }`;
}

function isList(value: object): value is readonly string[] {
  return Array.isArray(value);
}
