import { readJson } from "@shaperail/http";
import type { Field } from "@shaperail/resource";
import { respond } from "../controller.ts";
import { createIssueList, withIssuesAt } from "../input/issue.ts";
import { compileRowSerializer, serializeRows } from "../sql/row-serializer.ts";
import { toArrayLiteral } from "../sql/sql-text.ts";
import { sqlType } from "../sql/sql-type.ts";
import { ALIAS, aliveCondition, where } from "../sql/table.ts";
import { type Answer, type EndpointContext, notFound, toKey } from "./endpoint-context.ts";
import { readItems } from "./bulk-create.ts";

/** `DELETE /posts/bulk` with a list of keys: removes all of them, or none when one is not there. Answers with the rows as they were. */
export function compileBulkDelete(context: EndpointContext): Answer {
  const { endpoint, table, statementName, run, maxBodyBytes } = context;
  const serialize = compileRowSerializer(table.visible);
  const { name: key, field } = table.primaryKey;
  const bound = `$1::${sqlType(field)}[]`;
  const alive = aliveCondition(table);
  const command = endpoint.softDelete
    ? `UPDATE ${table.name} AS ${ALIAS} SET "deleted_at" = now()`
    : `DELETE FROM ${table.name} AS ${ALIAS}`;
  // Locked first, so that the rows counted are the rows removed; in the order of the key, so that two requests cannot wait for each other.
  const found = `SELECT ${ALIAS}.${key} FROM ${table.name} ${ALIAS}${where([`${ALIAS}.${key} = ANY (${bound})`, ...alive])} ORDER BY ${ALIAS}.${key} FOR UPDATE`;
  const complete = `(SELECT count(*) FROM found) = cardinality(${bound})`;
  const columns = table.visible.map((column) => column.select(ALIAS)).join(", ");
  const statement = {
    name: statementName,
    text: `WITH found AS (${found}) ${command}${where([`${ALIAS}.${key} IN (SELECT ${key} FROM found)`, complete])} RETURNING ${columns}`,
  };

  return async (exchange) => {
    const items = readItems(await readJson(exchange, { maxBytes: maxBodyBytes }));
    const issues = createIssueList();
    const keys = items.map((item, index) =>
      withIssuesAt("", issues, () => toKey(keyText(item, field), { table, field: `[${index}]` })),
    );
    issues.throwIfAny();
    // A UUID has two spellings of its letters; naming a row twice is naming it once.
    const distinct = [...new Set(keys.map((text = "") => (field.type === "uuid" ? text.toLowerCase() : text)))];
    const { rows } = await run(statement, [toArrayLiteral(distinct)]);
    if (rows.length < distinct.length) throw notFound();
    await respond(exchange, { status: 200, data: serializeRows(rows, serialize), meta: `"total":${rows.length}` });
  };
}

/** Digits of a number, or the text itself; as everywhere, neither is taken for the other. Undefined for what cannot be a key. */
function keyText(item: unknown, { type }: Field): string | undefined {
  if (type !== "integer") return typeof item === "string" ? item : undefined;
  if (typeof item === "bigint") return item.toString();
  return typeof item === "number" && Number.isInteger(item) ? BigInt(item).toString() : undefined;
}
