import { readJson } from "@shaperail/http";
import { render } from "../controller.ts";
import {
  compileInput,
  compileStorable,
  type InputField,
  pickInput,
  readCreateInput,
  readUpdateInput,
} from "../input/input.ts";
import type { SqlValue } from "../port.ts";
import { missingReferences } from "../sql/references.ts";
import { compileRowSerializer } from "../sql/row-serializer.ts";
import { createShapeCache } from "../sql/shape-cache.ts";
import { ALIAS } from "../sql/table.ts";
import { type EndpointContext, enterControllers, isControlled, readKey, type Render } from "./endpoint-context.ts";
import { rowTag } from "./entity-tag.ts";
import { compileReferenceScope } from "./reference-scope.ts";
import { compileRowWrite, type RowWrite } from "./row-write.ts";

/** `PATCH /posts/:id`: changes the given fields; `PUT` replaces every writable field. Answers with the row as it is stored. */
export function compileUpdate(context: EndpointContext): Render {
  const { endpoint, table, runAs, maxBodyBytes } = context;
  const serialize = compileRowSerializer(table.visible);
  // A row stays with its tenant, whatever a controller leaves in the input.
  const isMovable = ({ field }: InputField): boolean => field.name !== table.resource.tenantKey;
  const writable = compileInput(endpoint, table).filter(isMovable);
  const controllable = isControlled(context);
  const fields = controllable ? compileStorable(table).filter(isMovable) : writable;
  const referenceScope = compileReferenceScope(context, fields);
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

  return async (exchange, access, options) => {
    const key = readKey(exchange, table);
    const body = await readJson(exchange, { maxBytes: maxBodyBytes });
    const input = controllable ? pickInput(writable, body) : undefined;
    const controlled = await enterControllers(context, { exchange, access, input, changes: options?.changes });
    const given = readInput(controlled?.context.input ?? body);
    const shape = given.map((value) => (value === undefined ? "0" : "1")).join("");
    const { tenant, related } = await referenceScope({ exchange, access }, [given]);
    const inTenant = tenant !== undefined;
    const write = writes.get(inTenant ? `${shape}t` : shape, (prepare) =>
      compileWrite(context, { fields, shape, inTenant, prepare }),
    );
    const values = [
      key,
      ...given.filter((value, index): value is SqlValue => isGiven(value) && isStored(fields, index)),
    ];
    if (inTenant) values.push(tenant);
    const { scope } = access;
    const held = controlled?.asked.take();
    const row = await write(values, { run: runAs(scope, related), request: exchange.request, scope, held });
    const headers = { ETag: rowTag(row[0], "") };
    return render({ status: 200, data: serialize(row, 1), headers }, controlled);
  };
}

interface UpdateShape {
  readonly fields: readonly InputField[];
  /** A `1` for each field that is written. */
  readonly shape: string;
  /** References are checked against the tenant in the parameter behind the fields. */
  readonly inTenant: boolean;
  readonly prepare: boolean;
}

function compileWrite(context: EndpointContext, { fields, shape, inTenant, prepare }: UpdateShape): RowWrite {
  const { table, statementName, references } = context;
  const columns = fields.flatMap(({ column }, index) => (column !== undefined && shape[index] === "1" ? [column] : []));
  const assignments = columns.map(({ name }, index) => `${name} = $${index + 2}`);
  const updatedAt = table.columns.get("updated_at");
  if (updatedAt?.field.generated === true) assignments.push(`${updatedAt.name} = now()`);
  const tenantParameter = inTenant ? columns.length + 2 : undefined;
  // Only transient fields were given and nothing keeps the time: the row is locked and read as if it were written.
  const { name } = table.primaryKey;
  if (assignments.length === 0) assignments.push(`${name} = ${ALIAS}.${name}`);
  return compileRowWrite({
    context,
    name: `${statementName}_${shape}${inTenant ? "_in_tenant" : ""}`,
    prepare,
    command: `UPDATE ${table.name} AS ${ALIAS} SET ${assignments.join(", ")}`,
    nextParameter: columns.length + (inTenant ? 3 : 2),
    returning: table.visible.map((column) => column.select(ALIAS)),
    missing: columns.flatMap(({ field }, index) => {
      const reference = references.get(field.name);
      return reference === undefined ? [] : missingReferences(reference, { value: `$${index + 2}`, tenantParameter });
    }),
  });
}

function isGiven(value: SqlValue | undefined): value is SqlValue {
  return value !== undefined;
}

function isStored(fields: readonly InputField[], index: number): boolean {
  return fields[index]?.column !== undefined;
}
