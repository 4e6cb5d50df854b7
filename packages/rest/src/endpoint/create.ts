import { type Exchange, readJson } from "@shaperail/http";
import { render, type Rendered } from "../controller.ts";
import {
  compileInput,
  compileInsertable,
  compileStorable,
  type InputField,
  pickInput,
  readCreateInput,
} from "../input/input.ts";
import type { Access, SqlRow, SqlValue, StatementRunner } from "../port.ts";
import { bindFollowing, type HeldIntent } from "../outbox/asked.ts";
import { actionOf, compileFollowing } from "../outbox/following.ts";
import { type CompiledWrite, compileGuardedWrite, type GuardedWrite, writtenRows } from "../sql/guarded-write.ts";
import { missingReferences, type Reference } from "../sql/references.ts";
import { compileRowSerializer } from "../sql/row-serializer.ts";
import type { OpenTransaction, Session } from "../sql/session.ts";
import { sqlType } from "../sql/sql-type.ts";
import { ALIAS } from "../sql/table.ts";
import { compileStamp, refuseForeignTenant } from "../stamp.ts";
import {
  type EndpointContext,
  enterControllers,
  isControlled,
  type Render,
  type RenderOptions,
} from "./endpoint-context.ts";
import { rowTag, VERSION } from "./entity-tag.ts";
import { answerOnce, idempotencyKey } from "./idempotency.ts";
import { compileReferenceScope, refersToTenants } from "./reference-scope.ts";

interface CreateRequest {
  readonly exchange: Exchange;
  readonly access: Access;
  readonly body: unknown;
  readonly changes: RenderOptions["changes"];
}

/** `POST /posts`: inserts a row and answers with it as it is stored; with an `Idempotency-Key`, once. */
export function compileCreate(context: EndpointContext): Render {
  const { endpoint, table, maxBodyBytes } = context;
  const { resource } = table;
  const serialize = compileRowSerializer(table.visible);
  const controllable = isControlled(context);
  const writable = compileInput(endpoint, table);
  // Whoever is above tenants says whose the row is, whether or not other callers may.
  const sendable = compileInput({ ...endpoint, input: [...endpoint.input, resource.tenantKey ?? ""] }, table);
  const insertable = compileInsertable(endpoint, table);
  const fields = controllable ? compileStorable(table) : insertable;
  const stamp = compileStamp({ resource, endpoint, isControlled: controllable });
  const referenceScope = compileReferenceScope(context, fields);
  const insert = compileInsert(context, fields);

  const create = async (
    request: CreateRequest,
    { runAs, run }: Pick<Session, "runAs"> & Partial<Pick<OpenTransaction, "run">>,
  ): Promise<Rendered> => {
    const { exchange, access, body, changes } = request;
    refuseForeignTenant(body, { tenantKey: resource.tenantKey, endpoint }, access);
    const input = controllable ? pickInput(access.scope.tenant === undefined ? sendable : writable, body) : undefined;
    const controlled = await enterControllers(context, { exchange, access, input, changes });
    const values = readCreateInput(fields, stamp(controlled?.context.input ?? body, access));
    const { tenant, related } = await referenceScope(request, [values]);
    const held = controlled?.asked.take(run) ?? [];
    const row = await insert(values, { run: runAs(access.scope, related), tenant, held });
    return render({ status: 201, data: serialize(row, 1), headers: { ETag: rowTag(row[0], "") } }, controlled);
  };

  return async (exchange, access, options) => {
    const key = idempotencyKey(exchange.request);
    const body = await readJson(exchange, { maxBytes: maxBodyBytes });
    const request = { exchange, access, body, changes: options?.changes };
    return key === undefined
      ? create(request, context)
      : answerOnce({ key, body, access }, context, (transaction) => create(request, transaction));
  };
}

interface InsertContext {
  readonly run: StatementRunner["run"];
  /** Whose rows may be referred to; undefined: anybody's. */
  readonly tenant: SqlValue | undefined;
  /** What before-controllers asked for. */
  readonly held: readonly HeldIntent[];
}

type Insert = (values: readonly SqlValue[], context: InsertContext) => Promise<SqlRow>;

/** Inserts the values of the fields; the row that comes back starts with its version. */
function compileInsert(context: EndpointContext, fields: readonly InputField[]): Insert {
  const stored = fields.flatMap((field, index) => (field.column === undefined ? [] : [index]));
  const anywhere = compileStatement(context, fields, undefined);
  const inTenant = refersToTenants(context, fields) ? compileStatement(context, fields, stored.length + 1) : anywhere;
  const { outbox, endpoint, table } = context;
  const about = { outbox, resource: table.resource.name, action: actionOf(endpoint) };
  return async (values, { run, tenant, held }) => {
    const compiled = tenant === undefined ? anywhere : inTenant;
    const bound = stored.map((index) => values[index] ?? null);
    if (tenant !== undefined) bound.push(tenant);
    const { statement, values: all } = bindFollowing(compiled, bound, { ...about, held });
    const [row] = writtenRows(compiled.write, await run(statement, all));
    if (row === undefined) throw new Error("The insert returned no row; a rule or trigger swallowed it.");
    return row;
  };
}

function compileStatement(
  context: EndpointContext,
  fields: readonly InputField[],
  tenantParameter: number | undefined,
): CompiledWrite {
  const { table, statementName, references } = context;
  const columns = fields.flatMap(({ column }) => column ?? []);
  const names = columns.map(({ name }) => name).join(", ");
  const unwritten = (value: string, { target, remote }: Reference): readonly string[] => {
    const at = columns.findIndex(({ field }) => field.name === remote);
    return target.name === table.name && at !== -1 ? [`$${at + 1} IS DISTINCT FROM ${value}`] : [];
  };
  const missing = columns.flatMap(({ field }, index) => {
    const reference = references.get(field.name);
    const place = { value: `$${index + 1}`, unwritten, tenantParameter };
    return reference === undefined ? [] : missingReferences(reference, place);
  });
  // VALUES takes its types from the columns; a SELECT, which can have conditions, has to be told.
  const source =
    missing.length === 0
      ? `VALUES (${columns.map((_column, index) => `$${index + 1}`).join(", ")})`
      : `SELECT ${columns.map(({ field }, index) => `$${index + 1}::${sqlType(field)}`).join(", ")}`;
  const write: GuardedWrite = {
    name: `${statementName}${tenantParameter === undefined ? "" : "_in_tenant"}`,
    command: `INSERT INTO ${table.name} AS ${ALIAS} ${columns.length === 0 ? "DEFAULT VALUES" : `(${names}) ${source}`}`,
    conditions: [],
    returning: [`${ALIAS}.${VERSION}`, ...table.visible.map((column) => column.select(ALIAS))],
    missing,
    following: compileFollowing(context)?.(columns.length + (tenantParameter === undefined ? 1 : 2)),
  };
  return { write, statement: compileGuardedWrite(write) };
}
