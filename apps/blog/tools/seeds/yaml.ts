export type SeedValue = string | number | boolean | readonly string[] | Readonly<Record<string, string | number>>;

/** A row by column; a column that is not there gets the database's default. */
export type SeedRow = Readonly<Record<string, SeedValue>>;

// What YAML reads as text without quotes, inside braces too.
const PLAIN = /^[A-Za-z](?:[A-Za-z0-9 .;!?'/_-]*[A-Za-z0-9.;!?'/_-])?$/;
const DATE_OR_UUID = /^[0-9a-f-]+-[0-9a-f-]+(?:T[0-9:]+Z)?$/;
const NOT_TEXT = /^(?:true|false|null|yes|no|on|off)$/i;

/** The rows as a YAML list, one row per line: ten thousand of them stay readable, and a change is one line of a diff. */
export function toYaml(rows: readonly SeedRow[]): string {
  return rows.map((row) => `- ${flow(row)}\n`).join("");
}

function flow(value: SeedValue | SeedRow): string {
  if (typeof value === "string") {
    const isPlain = (PLAIN.test(value) && !NOT_TEXT.test(value)) || DATE_OR_UUID.test(value);
    return isPlain ? value : JSON.stringify(value);
  }
  if (typeof value !== "object") return String(value);
  if (isList(value)) return `[${value.map(flow).join(", ")}]`;
  const members = Object.entries(value).map(([key, member]) => `${key}: ${flow(member)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

function isList(value: object): value is readonly string[] {
  return Array.isArray(value);
}
