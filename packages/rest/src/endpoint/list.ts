import { createHash } from "node:crypto";
import { toAnswer } from "../controller.ts";
import { validationError } from "../input/issue.ts";
import type { SqlRow } from "../port.ts";
import { encodeCursor } from "../query/cursor.ts";
import { createListGrammar, type ListRequest, readListRequest } from "../query/list-request.ts";
import { compileListStatement, type ListStatement, listValues, shapeOf } from "../query/list-statement.ts";
import { relatedShape, relatedValues } from "../sql/include.ts";
import { compileRowSerializer, type RowSerializer, serializeRows } from "../sql/row-serializer.ts";
import { type ScopeShape, scopeShape, scopeValues } from "../sql/scope.ts";
import type { ScopedTable } from "../sql/session.ts";
import { createShapeCache } from "../sql/shape-cache.ts";
import {
  authorizeIncludes,
  type EndpointContext,
  isInvalidValue,
  NOTHING_INCLUDED,
  privacyOf,
  type Render,
} from "./endpoint-context.ts";
import { truncatedMember } from "./truncated.ts";

interface CompiledList extends ListStatement {
  readonly serialize: RowSerializer;
}

interface Page {
  readonly data: string;
  readonly meta: string;
}

/** `GET /posts`: a page of rows, by cursor or by offset. */
export function compileList(context: EndpointContext): Render {
  const { endpoint, table, includes, runAs } = context;
  const grammar = createListGrammar(endpoint, { table, includes });
  const lists = createShapeCache<CompiledList>();

  return async (exchange, { scope }, options) => {
    const request = readListRequest(exchange.query, grammar);
    const { includes: included } = request.projection;
    const related =
      options?.related ??
      (included.length === 0 ? NOTHING_INCLUDED : await authorizeIncludes(exchange, included, context));
    const own = scopeShape(table, scope);
    const shape = own.name + shapeOf(request) + relatedShape(related);
    const list = lists.get(shape, (kept) => compile(context, { request, scope: own, related, shape, kept }));
    const values = [
      ...scopeValues(table, scope),
      ...listValues(request, endpoint.pagination),
      ...relatedValues(related),
    ];
    const { rows } = await runAs(scope, related)(list.statement, values).catch((error: unknown) => {
      // A cursor's values were checked when it was made; ones that do not fit were made by somebody else.
      throw request.place !== undefined && isInvalidValue(error) ? invalidCursor() : error;
    });
    const page = list.totalAt === undefined ? cursorPage(rows, request, list) : offsetPage(rows, request, list);
    return toAnswer({ status: 200, ...page, headers: privacyOf(included) });
  };
}

interface ListShape {
  readonly request: ListRequest;
  readonly scope: ScopeShape;
  readonly related: readonly ScopedTable[];
  readonly shape: string;
  readonly kept: boolean;
}

function compile(
  { endpoint, table, statementName }: EndpointContext,
  { request, scope, related, shape, kept }: ListShape,
): CompiledList {
  const name = `${statementName}_${createHash("sha256").update(shape).digest("hex").slice(0, 16)}`;
  const { columns, includes } = request.projection;
  return {
    ...compileListStatement({ table, endpoint, request, scope, related, name, prepare: kept }),
    serialize: compileRowSerializer([...columns, ...includes]),
  };
}

function cursorPage(rows: readonly SqlRow[], request: ListRequest, list: CompiledList): Page {
  const { limit, place } = request;
  const { signature } = request.order;
  const hasMore = rows.length > limit;
  const page = hasMore ? rows.slice(0, limit) : rows;
  const backwards = place?.direction === "before";
  // A page before a cursor was read away from it.
  const ordered = backwards ? page.toReversed() : page;
  const cursorOf = (row: SqlRow | undefined): string =>
    row === undefined ? "null" : `"${encodeCursor(signature, row.slice(list.keysAt, list.keysAt + list.keyCount))}"`;
  // Behind a page that was reached backwards there is at least the row it was reached from.
  const cursor = hasMore || backwards ? cursorOf(ordered.at(-1)) : "null";
  const previous = place === undefined ? "" : `,"previous":${!backwards || hasMore ? cursorOf(ordered[0]) : "null"}`;
  const truncated = truncatedMember(ordered, request.projection, list);
  return {
    data: serializeRows(ordered, list.serialize),
    meta: `"cursor":${cursor},"has_more":${hasMore}${previous}${truncated}`,
  };
}

function offsetPage(rows: readonly SqlRow[], request: ListRequest, list: CompiledList): Page {
  const { limit, offset } = request;
  const total = rows[0]?.[list.totalAt ?? 0] ?? "0";
  // An empty page is one row that has only the count.
  const page = rows.filter((row) => row[list.keysAt + list.keyCount - 1] !== null);
  const truncated = truncatedMember(page, request.projection, list);
  return {
    data: serializeRows(page, list.serialize),
    meta: `"offset":${offset},"limit":${limit},"total":${total}${truncated}`,
  };
}

function invalidCursor(): Error {
  return validationError([{ field: "cursor", code: "invalid_cursor", message: "is not a cursor of this list" }]);
}
