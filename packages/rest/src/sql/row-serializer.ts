import type { SqlRow } from "../port.ts";

/** A value of a row as a member of a JSON object. */
export interface OutputColumn {
  readonly key: string;
  /** PostgreSQL's text, which is not null, as JSON text. */
  encode(text: string): string;
}

/** Writes one row as a JSON object. The row's values stand in the order of the columns, from `offset` on. */
export type RowSerializer = (row: SqlRow, offset?: number) => string;

/** Everything that does not depend on the row (braces, keys, commas) is prepared here, once per endpoint. */
export function compileRowSerializer(columns: readonly OutputColumn[]): RowSerializer {
  const keys = columns.map(({ key }, index) => `${index === 0 ? "{" : ","}${JSON.stringify(key)}:`);
  const encoders = columns.map(({ encode }) => encode);
  const count = columns.length;
  if (count === 0) return () => "{}";
  return (row, offset = 0) => {
    let json = "";
    for (let index = 0; index < count; index += 1) {
      const text = row[offset + index];
      const encode = encoders[index];
      json += keys[index];
      json += text === null || text === undefined || encode === undefined ? "null" : encode(text);
    }
    return `${json}}`;
  };
}

/** The rows as a JSON array. */
export function serializeRows(rows: readonly SqlRow[], serialize: RowSerializer): string {
  let json = "[";
  for (let index = 0; index < rows.length; index += 1) {
    if (index > 0) json += ",";
    json += serialize(rows[index] as SqlRow);
  }
  return `${json}]`;
}
