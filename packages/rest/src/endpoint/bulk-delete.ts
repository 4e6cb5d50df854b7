import { readJson } from "@shaperail/http";
import type { Field } from "@shaperail/resource";
import { toAnswer } from "../controller.ts";
import { createIssueList, withIssuesAt } from "../input/issue.ts";
import { compileFollowing, OUTBOX_ROW, traceValue } from "../outbox/following.ts";
import type { SqlStatement } from "../port.ts";
import { forbidden } from "../sql/guarded-write.ts";
import { compileRowSerializer, serializeRows } from "../sql/row-serializer.ts";
import { ownerCondition, perScope, type ScopeShape, scopeValues, tenantCondition } from "../sql/scope.ts";
import { toArrayLiteral } from "../sql/sql-text.ts";
import { sqlType } from "../sql/sql-type.ts";
import { ALIAS, aliveCondition, where } from "../sql/table.ts";
import { type EndpointContext, notFound, type Render, toKey } from "./endpoint-context.ts";
import { readItems } from "./bulk-create.ts";

/** `DELETE /posts/bulk` with a list of keys: removes all of them, or none when one is not there. Answers with the rows as they were. */
export function compileBulkDelete(context: EndpointContext): Render {
  const { table, runAs, maxBodyBytes, outbox } = context;
  const serialize = compileRowSerializer(table.visible);
  const { field } = table.primaryKey;
  const follows = compileFollowing(context) !== undefined;
  const statements = perScope(table, (shape) => compileStatement(context, shape));

  return async (exchange, { scope }) => {
    const items = readItems(await readJson(exchange, { maxBytes: maxBodyBytes }));
    const issues = createIssueList();
    const keys = items.map((item, index) =>
      withIssuesAt("", issues, () => toKey(keyText(item, field), { table, field: `[${index}]` })),
    );
    issues.throwIfAny();
    // A UUID has two spellings of its letters; naming a row twice is naming it once.
    const distinct = [...new Set(keys.map((text = "") => (field.type === "uuid" ? text.toLowerCase() : text)))];
    const values = [toArrayLiteral(distinct), ...scopeValues(table, scope)];
    if (follows) values.push(traceValue(outbox));
    const { rows } = await runAs(scope)(statements(scope), values);
    const removed = rows.filter((row) => row[0] !== null);
    if (removed.length < distinct.length) {
      // Every row is there, and some are not the caller's.
      const seen = rows[0]?.[table.visible.length + 1];
      throw scope.owner !== undefined && seen === String(distinct.length) ? forbidden() : notFound();
    }
    const data = serializeRows(removed, (row) => serialize(row, 1));
    return toAnswer({ status: 200, data, meta: `"total":${removed.length}` });
  };
}

/** Each row of the result starts with the key; for a caller who must own the rows, it ends with how many there are, whoever owns them. */
function compileStatement(context: EndpointContext, shape: ScopeShape): SqlStatement {
  const { endpoint, table, statementName } = context;
  const { name: key, field } = table.primaryKey;
  const place = { firstParameter: 2 };
  const bound = `$1::${sqlType(field)}[]`;
  const command = endpoint.softDelete
    ? `UPDATE ${table.name} AS ${ALIAS} SET "deleted_at" = now()`
    : `DELETE FROM ${table.name} AS ${ALIAS}`;
  const visible = [
    `${ALIAS}.${key} = ANY (${bound})`,
    ...aliveCondition(table),
    ...tenantCondition(table, shape, place),
  ];
  const owned = ownerCondition(table, shape, place);
  const conditions = owned === undefined ? visible : [...visible, owned];
  // Locked first, so that the rows counted are the rows removed; in the order of the key, so that two requests cannot wait for each other.
  const found = `SELECT ${ALIAS}.${key} FROM ${table.name} ${ALIAS}${where(conditions)} ORDER BY ${ALIAS}.${key} FOR UPDATE`;
  const complete = `(SELECT count(*) FROM found) = cardinality(${bound})`;
  const returned = [`${ALIAS}.${key}`, ...table.visible.map((column) => column.select(ALIAS))];
  const remove = `${command}${where([`${ALIAS}.${key} IN (SELECT ${key} FROM found)`, complete])} RETURNING`;
  const name = statementName + shape.name;
  const following = compileFollowing(context)?.(2 + (shape.tenant ? 1 : 0) + (shape.owner ? 1 : 0));
  if (owned === undefined && following === undefined)
    return { name, text: `WITH found AS (${found}) ${remove} ${returned.join(", ")}` };
  const numbered = returned.map((expression, index) => `${expression} AS c${index}`).join(", ");
  const parts = [
    `found AS (${found})`,
    `written AS (${remove} ${numbered}${following === undefined ? "" : `, ${following.row} AS ${OUTBOX_ROW}`})`,
    ...(following?.inserts ?? []).map((insert, index) => `outbox${index} AS (${insert})`),
  ];
  const columns = returned.map((_expression, index) => `w.c${index}`).join(", ");
  if (owned === undefined) return { name, text: `WITH ${parts.join(", ")} SELECT ${columns} FROM written w` };
  const seen = `(SELECT count(*) FROM ${table.name} ${ALIAS}${where(visible)})`;
  return {
    name,
    text: `WITH ${parts.join(", ")} SELECT ${columns}, ${seen} FROM (SELECT 1) one LEFT JOIN written w ON TRUE`,
  };
}

/** Digits of a number, or the text itself; as everywhere, neither is taken for the other. Undefined for what cannot be a key. */
function keyText(item: unknown, { type }: Field): string | undefined {
  if (type !== "integer") return typeof item === "string" ? item : undefined;
  if (typeof item === "bigint") return item.toString();
  return typeof item === "number" && Number.isInteger(item) ? BigInt(item).toString() : undefined;
}
