import { type Exchange, readJson, sendJson } from "@shaperail/http";
import { compileInput, type InputField, readCreateInput, readUpdateInput } from "../input/input.ts";
import type { SqlValue } from "../port.ts";
import { compileRowSerializer } from "../sql/row-serializer.ts";
import { createShapeCache } from "../sql/shape-cache.ts";
import { ALIAS } from "../sql/table.ts";
import { compileRowWrite, type RowWrite, writeRow } from "./conditional-write.ts";
import { type EndpointContext, keyParameter, readKey } from "./endpoint-context.ts";
import { rowTag, VERSION } from "./entity-tag.ts";

/** `PATCH /posts/:id`: changes the given fields; `PUT` replaces every writable field. Answers with the row as it is stored. */
export function compileUpdate(context: EndpointContext): (exchange: Exchange) => Promise<void> {
  const { endpoint, table, run, maxBodyBytes } = context;
  const serialize = compileRowSerializer(table.visible);
  const parameter = keyParameter(endpoint);
  const fields = compileInput(endpoint, table);
  const replaces = endpoint.method === "PUT";
  // A statement per set of given fields: a partial update must not write, or lock the foreign keys of, the others.
  const writes = createShapeCache<RowWrite>();

  return async (exchange) => {
    const key = readKey(exchange, { table, parameter });
    const body = await readJson(exchange, { maxBytes: maxBodyBytes });
    const given: readonly (SqlValue | undefined)[] = replaces
      ? readCreateInput(fields, body)
      : readUpdateInput(fields, body);
    const shape = given.map((value) => (value === undefined ? "0" : "1")).join("");
    const write = writes.get(shape, (prepare) => compileWrite(context, { fields, shape, prepare }));
    const values = given.filter((value, index): value is SqlValue => value !== undefined && isStored(fields, index));
    const row = await writeRow(write, [key, ...values], { run, request: exchange.request });
    sendJson(exchange, 200, `{"data":${serialize(row, 1)}}`, { ETag: rowTag(row[0], "") });
  };
}

interface UpdateShape {
  readonly fields: readonly InputField[];
  /** A `1` for each field that is written. */
  readonly shape: string;
  readonly prepare: boolean;
}

function compileWrite({ table, statementName }: EndpointContext, { fields, shape, prepare }: UpdateShape): RowWrite {
  const columns = fields.flatMap(({ column }, index) => (column !== undefined && shape[index] === "1" ? [column] : []));
  const assignments = columns.map(({ name }, index) => `${name} = $${index + 2}`);
  const updatedAt = table.columns.get("updated_at");
  if (updatedAt?.field.generated === true) assignments.push(`${updatedAt.name} = now()`);
  // Only transient fields were given and nothing keeps the time: the row is locked and read as if it were written.
  const { name } = table.primaryKey;
  if (assignments.length === 0) assignments.push(`${name} = ${ALIAS}.${name}`);
  return compileRowWrite({
    table,
    name: `${statementName}_${shape}`,
    prepare,
    command: `UPDATE ${table.name} AS ${ALIAS} SET ${assignments.join(", ")}`,
    nextParameter: columns.length + 2,
    returning: [`${ALIAS}.${VERSION}`, ...table.visible.map((column) => column.select(ALIAS))],
  });
}

function isStored(fields: readonly InputField[], index: number): boolean {
  return fields[index]?.column !== undefined;
}
