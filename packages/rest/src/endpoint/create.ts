import { type Exchange, readJson, sendJson } from "@shaperail/http";
import type { EndpointContext } from "./endpoint-context.ts";
import { rowTag, VERSION } from "./entity-tag.ts";
import { compileInput, readCreateInput } from "../input/input.ts";
import { compileRowSerializer } from "../sql/row-serializer.ts";
import { ALIAS, selectList } from "../sql/table.ts";

/** `POST /posts`: inserts a row and answers with it as it is stored. */
export function compileCreate({
  endpoint,
  table,
  statementName,
  run,
  maxBodyBytes,
}: EndpointContext): (exchange: Exchange) => Promise<void> {
  const serialize = compileRowSerializer(table.visible);
  const fields = compileInput(endpoint, table);
  const stored = fields.flatMap(({ column }, index) => (column === undefined ? [] : [{ column, index }]));
  const names = stored.map(({ column }) => column.name).join(", ");
  const places = stored.map((_stored, index) => `$${index + 1}`).join(", ");
  const source = stored.length === 0 ? "DEFAULT VALUES" : `(${names}) VALUES (${places})`;
  const statement = {
    name: statementName,
    text: `INSERT INTO ${table.name} AS ${ALIAS} ${source} RETURNING ${selectList(table.visible)}, ${ALIAS}.${VERSION}`,
  };

  return async (exchange) => {
    const values = readCreateInput(fields, await readJson(exchange, { maxBytes: maxBodyBytes }));
    const { rows } = await run(
      statement,
      stored.map(({ index }) => values[index] ?? null),
    );
    const [row] = rows;
    if (row === undefined) throw new Error("The insert returned no row; a rule or trigger swallowed it.");
    sendJson(exchange, 201, `{"data":${serialize(row)}}`, { ETag: rowTag(row.at(-1), "") });
  };
}
