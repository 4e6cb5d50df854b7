import { type Exchange, sendJson } from "@shaperail/http";
import { cursorSignature, decodeCursor, encodeCursor } from "./cursor.ts";
import type { EndpointContext } from "./endpoint-context.ts";
import { validationError } from "./issue.ts";
import type { SqlStatement } from "./port.ts";
import { parseQuery, type QueryParameters } from "./query-string.ts";
import { compileRowSerializer, serializeRows } from "./row-serializer.ts";
import { ALIAS, aliveCondition, selectList, type Table, where } from "./table.ts";
import { parseTextValue } from "./text-value.ts";

const DEFAULT_LIMIT = 25;
const MOST_ROWS = 100;

/** `GET /posts`: a page of rows in the order of the primary key, with a cursor for the next one. */
export function compileList({ table, statementName, run }: EndpointContext): (exchange: Exchange) => Promise<void> {
  const serialize = compileRowSerializer(table.visible);
  const width = table.visible.length;
  const signature = cursorSignature(table.resource.name, table.primaryKey.field.name);
  const first = listStatement(table, { name: statementName, after: false });
  const next = listStatement(table, { name: `${statementName}_after`, after: true });

  return async (exchange) => {
    const query = parseQuery(exchange.query);
    const limit = readLimit(query);
    const key = readCursor(query.get("after"), { signature, table });
    // One row more than asked for tells whether there is another page.
    const wanted = String(limit + 1);
    const { rows } = key === undefined ? await run(first, [wanted]) : await run(next, [wanted, key]);
    const hasMore = rows.length > limit;
    const page = hasMore ? rows.slice(0, limit) : rows;
    const last = page.at(-1)?.[width] ?? null;
    const cursor = hasMore ? `"${encodeCursor(signature, [last])}"` : "null";
    const data = serializeRows(page, serialize);
    sendJson(exchange, 200, `{"data":${data},"meta":{"cursor":${cursor},"has_more":${hasMore}}}`);
  };
}

function listStatement(table: Table, { name, after }: { name: string; after: boolean }): SqlStatement {
  const key = `${ALIAS}.${table.primaryKey.name}`;
  const conditions = [...aliveCondition(table), ...(after ? [`${key} > $2`] : [])];
  const columns = selectList([...table.visible, table.primaryKey]);
  return { name, text: `SELECT ${columns} FROM ${table.name} ${ALIAS}${where(conditions)} ORDER BY ${key} LIMIT $1` };
}

/** Rows per page: 25 when not given, at least 1 and at most 100 whatever is given. */
function readLimit(query: QueryParameters): number {
  const text = query.get("limit");
  if (text === undefined) return DEFAULT_LIMIT;
  if (!/^-?\d{1,15}$/.test(text)) {
    throw validationError([{ field: "limit", code: "invalid_integer", message: "must be a whole number" }]);
  }
  return Math.min(MOST_ROWS, Math.max(1, Number(text)));
}

function readCursor(
  cursor: string | undefined,
  { signature, table }: { signature: string; table: Table },
): string | undefined {
  if (cursor === undefined) return undefined;
  const [value] = decodeCursor(signature, cursor) ?? [];
  const key = typeof value === "string" ? parseTextValue(table.primaryKey.field, value) : undefined;
  if (key !== undefined) return key;
  throw validationError([{ field: "cursor", code: "invalid_cursor", message: "is not a cursor of this list" }]);
}
