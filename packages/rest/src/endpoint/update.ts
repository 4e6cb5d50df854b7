import { readJson } from "@shaperail/http";
import { respond } from "../controller.ts";
import {
  compileInput,
  compileStorable,
  type InputField,
  pickInput,
  readCreateInput,
  readUpdateInput,
} from "../input/input.ts";
import type { SqlValue } from "../port.ts";
import { missingItems } from "../sql/item-references.ts";
import { compileRowSerializer } from "../sql/row-serializer.ts";
import { createShapeCache } from "../sql/shape-cache.ts";
import { ALIAS } from "../sql/table.ts";
import { type Answer, type EndpointContext, enterControllers, isControlled, readKey } from "./endpoint-context.ts";
import { rowTag } from "./entity-tag.ts";
import { compileRowWrite, type RowWrite } from "./row-write.ts";

/** `PATCH /posts/:id`: changes the given fields; `PUT` replaces every writable field. Answers with the row as it is stored. */
export function compileUpdate(context: EndpointContext): Answer {
  const { endpoint, table, run, maxBodyBytes } = context;
  const serialize = compileRowSerializer(table.visible);
  const writable = compileInput(endpoint, table);
  const controllable = isControlled(context);
  const fields = controllable ? compileStorable(table) : writable;
  const replaces = endpoint.method === "PUT";
  // A statement per set of given fields: a partial update must not write, or lock the foreign keys of, the others.
  const writes = createShapeCache<RowWrite>();

  const readInput = (input: unknown): readonly (SqlValue | undefined)[] => {
    if (!replaces) return readUpdateInput(fields, input);
    const values = readCreateInput(writable, input);
    // What a controller adds beyond the writable fields is changed; what nobody gave is kept.
    return fields.map((field) => {
      const index = writable.findIndex((other) => other.field === field.field);
      return index === -1 ? readUpdateInput([field], { ...(input as object) }, { mayBeEmpty: true })[0] : values[index];
    });
  };

  return async (exchange, subject) => {
    const key = readKey(exchange, table);
    const body = await readJson(exchange, { maxBytes: maxBodyBytes });
    const input = controllable ? pickInput(writable, body) : undefined;
    const controlled = await enterControllers(context, { exchange, subject, input });
    const given = readInput(controlled?.context.input ?? body);
    const shape = given.map((value) => (value === undefined ? "0" : "1")).join("");
    const write = writes.get(shape, (prepare) => compileWrite(context, { fields, shape, prepare }));
    const values = given.filter((value, index): value is SqlValue => value !== undefined && isStored(fields, index));
    const row = await write([key, ...values], { run, request: exchange.request });
    const headers = { ETag: rowTag(row[0], "") };
    await respond(exchange, { status: 200, data: serialize(row, 1), headers }, controlled);
  };
}

interface UpdateShape {
  readonly fields: readonly InputField[];
  /** A `1` for each field that is written. */
  readonly shape: string;
  readonly prepare: boolean;
}

function compileWrite(
  { table, statementName, resolve }: EndpointContext,
  { fields, shape, prepare }: UpdateShape,
): RowWrite {
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
    returning: table.visible.map((column) => column.select(ALIAS)),
    missing: columns.flatMap((column, index) => {
      const { items } = column.field;
      const target = items?.ref === undefined ? undefined : resolve(items.ref);
      return target === undefined ? [] : [missingItems({ column, target, array: `$${index + 2}` })];
    }),
  });
}

function isStored(fields: readonly InputField[], index: number): boolean {
  return fields[index]?.column !== undefined;
}
