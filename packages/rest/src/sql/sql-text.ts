/** An identifier of the resource file as SQL. The rules allow only `[a-z0-9_]`; quoting keeps reserved words usable. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The elements as the text of a PostgreSQL array: `{"a","b\"c",NULL}`. */
export function toArrayLiteral(elements: readonly (string | null)[]): string {
  const parts = elements.map((element) =>
    element === null ? "NULL" : `"${element.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`,
  );
  return `{${parts.join(",")}}`;
}
