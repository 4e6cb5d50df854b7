import { readJson } from "@shaperail/http";
import { toAnswer } from "../controller.ts";
import { compileInsertable, type InputField, readCreateInput } from "../input/input.ts";
import { createIssueList, validationError, withIssuesAt } from "../input/issue.ts";
import type { SqlRow, SqlValue, StatementRunner } from "../port.ts";
import { bindFollowing } from "../outbox/asked.ts";
import { actionOf, compileFollowing } from "../outbox/following.ts";
import { type CompiledWrite, compileGuardedWrite, type GuardedWrite, writtenRows } from "../sql/guarded-write.ts";
import { missingReferences, type Reference } from "../sql/references.ts";
import { compileRowSerializer, serializeRows } from "../sql/row-serializer.ts";
import { toArrayLiteral } from "../sql/sql-text.ts";
import { sqlType } from "../sql/sql-type.ts";
import { ALIAS } from "../sql/table.ts";
import { compileStamp, refuseForeignTenant } from "../stamp.ts";
import type { EndpointContext, Render } from "./endpoint-context.ts";
import { VERSION } from "./entity-tag.ts";
import { compileReferenceScope, refersToTenants } from "./reference-scope.ts";

/** Most items of one bulk request. */
const MOST_ITEMS = 500;

/** `POST /posts/bulk`: inserts all rows or none, in one statement. */
export function compileBulkCreate(context: EndpointContext): Render {
  const { endpoint, table, runAs, maxBodyBytes } = context;
  const { resource } = table;
  const serialize = compileRowSerializer(table.visible);
  const fields = compileInsertable(endpoint, table);
  const stamp = compileStamp({ resource, endpoint, isControlled: false });
  const referenceScope = compileReferenceScope(context, fields);
  const insert = compileInsert(context, fields);

  return async (exchange, access) => {
    const items = readItems(await readJson(exchange, { maxBytes: maxBodyBytes }));
    const issues = createIssueList();
    const rows = items.map((item, index) =>
      withIssuesAt(`[${index}]`, issues, () => {
        refuseForeignTenant(item, { tenantKey: resource.tenantKey, endpoint }, access);
        return readCreateInput(fields, stamp(item, access));
      }),
    );
    issues.throwIfAny();
    const values = rows.map((row) => row ?? []);
    const { tenant, related } = await referenceScope({ exchange, access }, values);
    const written = await insert(values, { run: runAs(access.scope, related), tenant });
    const data = serializeRows(written, (row) => serialize(row, 1));
    return toAnswer({ status: 200, data, meta: `"total":${written.length}` });
  };
}

/** The items of a bulk request; 422 when there are none or too many. */
export function readItems(body: unknown): readonly unknown[] {
  if (!Array.isArray(body)) throw validationError([{ field: "body", code: "invalid_body", message: "must be a list" }]);
  if (body.length === 0) throw validationError([{ field: "body", code: "empty_body", message: "must not be empty" }]);
  if (body.length > MOST_ITEMS) {
    const message = `must have at most ${MOST_ITEMS} items`;
    throw validationError([{ field: "body", code: "too_many_items", message }]);
  }
  return body;
}

interface InsertContext {
  readonly run: StatementRunner["run"];
  /** Whose rows may be referred to; undefined: anybody's. */
  readonly tenant: SqlValue | undefined;
}

type Insert = (rows: readonly (readonly SqlValue[])[], context: InsertContext) => Promise<readonly SqlRow[]>;

/** Inserts rows of values, each column bound as one array. */
function compileInsert(context: EndpointContext, fields: readonly InputField[]): Insert {
  const stored = fields.flatMap(({ column }, index) => (column === undefined ? [] : [index]));
  const anywhere = compileStatement(context, fields, undefined);
  const inTenant = refersToTenants(context, fields) ? compileStatement(context, fields, stored.length + 1) : anywhere;
  const { outbox, endpoint, table } = context;
  const about = { outbox, resource: table.resource.name, action: actionOf(endpoint), held: [] };
  return async (rows, { run, tenant }) => {
    const compiled = tenant === undefined ? anywhere : inTenant;
    const bound: SqlValue[] = stored.map((index) => toArrayLiteral(rows.map((row) => row[index] ?? null)));
    if (tenant !== undefined) bound.push(tenant);
    const { statement, values } = bindFollowing(compiled, bound, about);
    return writtenRows(compiled.write, await run(statement, values));
  };
}

function compileStatement(
  context: EndpointContext,
  fields: readonly InputField[],
  tenantParameter: number | undefined,
): CompiledWrite {
  const { table, statementName, references } = context;
  const columns = fields.flatMap(({ column }) => column ?? []);
  const arrays = columns.map((_column, index) => `$${index + 1}::text[]`);
  const aliases = columns.map((_column, index) => `c${index}`);
  const unwritten = (value: string, { target, remote }: Reference): readonly string[] => {
    const at = columns.findIndex(({ field }) => field.name === remote);
    const same = `o.c${at}::${sqlType(columns[at]?.field ?? table.primaryKey.field)} = ${value}`;
    return target.name === table.name && at !== -1 ? [`NOT EXISTS (SELECT 1 FROM item o WHERE ${same})`] : [];
  };
  const write: GuardedWrite = {
    name: `${statementName}${tenantParameter === undefined ? "" : "_in_tenant"}`,
    sources: [
      `item AS (SELECT * FROM unnest(${arrays.join(", ")}) WITH ORDINALITY AS i(${[...aliases, "n"].join(", ")}))`,
    ],
    command: `INSERT INTO ${table.name} AS ${ALIAS} (${columns.map(({ name }) => name).join(", ")}) SELECT ${columns
      .map(({ field }, index) => `i.c${index}::${sqlType(field)}`)
      .join(", ")} FROM item i`,
    conditions: [],
    suffix: " ORDER BY i.n",
    returning: [`${ALIAS}.${VERSION}`, ...table.visible.map((column) => column.select(ALIAS))],
    missing: columns.flatMap(({ field }, index) => {
      const reference = references.get(field.name);
      if (reference === undefined) return [];
      const prefix = `'[' || (i.n - 1) || '].'`;
      return missingReferences(reference, { value: `i.c${index}`, from: "item i", prefix, unwritten, tenantParameter });
    }),
    following: compileFollowing(context)?.(columns.length + (tenantParameter === undefined ? 1 : 2)),
  };
  return { write, statement: compileGuardedWrite(write) };
}
