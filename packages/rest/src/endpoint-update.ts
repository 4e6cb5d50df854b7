import { type Exchange, readJson, sendJson } from "@shaperail/http";
import { type EndpointContext, keyParameter, notFound, readKey } from "./endpoint-context.ts";
import { compileInput, type InputField, readCreateInput, readUpdateInput } from "./input.ts";
import type { SqlStatement, SqlValue } from "./port.ts";
import { compileRowSerializer } from "./row-serializer.ts";
import { createShapeCache } from "./shape-cache.ts";
import { ALIAS, aliveCondition, selectList, type Table, where } from "./table.ts";

/** `PATCH /posts/:id`: changes the given fields; `PUT` replaces every writable field. Answers with the row as it is stored. */
export function compileUpdate(context: EndpointContext): (exchange: Exchange) => Promise<void> {
  const { endpoint, table, statementName, run, maxBodyBytes } = context;
  const serialize = compileRowSerializer(table.visible);
  const parameter = keyParameter(endpoint);
  const fields = compileInput(endpoint, table);
  const replaces = endpoint.method === "PUT";
  // A statement per set of given fields: a partial update must not write, or lock the foreign keys of, the others.
  const statements = createShapeCache((shape) => updateStatement({ table, fields, statementName }, shape));

  return async (exchange) => {
    const key = readKey(exchange, { table, parameter });
    const body = await readJson(exchange, { maxBytes: maxBodyBytes });
    const given: readonly (SqlValue | undefined)[] = replaces
      ? readCreateInput(fields, body)
      : readUpdateInput(fields, body);
    const shape = given.map((value) => (value === undefined ? "0" : "1")).join("");
    const values = given.filter((value, index): value is SqlValue => value !== undefined && isStored(fields, index));
    const { rows } = await run(statements.get(shape), [key, ...values]);
    const [row] = rows;
    if (row === undefined) throw notFound();
    sendJson(exchange, 200, `{"data":${serialize(row)}}`);
  };
}

interface UpdatePlan {
  readonly table: Table;
  readonly fields: readonly InputField[];
  readonly statementName: string;
}

/** `shape` has a `1` for each field that is written. */
function updateStatement({ table, fields, statementName }: UpdatePlan, shape: string): SqlStatement {
  const columns = fields.flatMap(({ column }, index) => (column !== undefined && shape[index] === "1" ? [column] : []));
  const assignments = columns.map(({ name }, index) => `${name} = $${index + 2}`);
  const updatedAt = table.columns.get("updated_at");
  if (updatedAt?.field.generated === true) assignments.push(`${updatedAt.name} = now()`);
  // Only transient fields were given: the row is read, and nothing is written.
  const conditions = where([`${ALIAS}.${table.primaryKey.name} = $1`, ...aliveCondition(table)]);
  const text =
    assignments.length === 0
      ? `SELECT ${selectList(table.visible)} FROM ${table.name} ${ALIAS}${conditions}`
      : `UPDATE ${table.name} AS ${ALIAS} SET ${assignments.join(", ")}${conditions} RETURNING ${selectList(table.visible)}`;
  return { name: `${statementName}_${shape}`, text };
}

function isStored(fields: readonly InputField[], index: number): boolean {
  return fields[index]?.column !== undefined;
}
