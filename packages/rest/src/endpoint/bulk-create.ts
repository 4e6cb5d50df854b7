import { readJson } from "@shaperail/http";
import { respond } from "../controller.ts";
import { compileInput, type InputField, readCreateInput } from "../input/input.ts";
import { createIssueList, validationError, withIssuesAt } from "../input/issue.ts";
import type { SqlRow, SqlValue } from "../port.ts";
import { compileGuardedWrite, type GuardedWrite, writtenRows } from "../sql/guarded-write.ts";
import { missingItems } from "../sql/item-references.ts";
import { compileRowSerializer, serializeRows } from "../sql/row-serializer.ts";
import { toArrayLiteral } from "../sql/sql-text.ts";
import { sqlType } from "../sql/sql-type.ts";
import { ALIAS } from "../sql/table.ts";
import type { Answer, EndpointContext } from "./endpoint-context.ts";
import { VERSION } from "./entity-tag.ts";

/** Most items of one bulk request. */
const MOST_ITEMS = 500;

/** `POST /posts/bulk`: inserts all rows or none, in one statement. */
export function compileBulkCreate(context: EndpointContext): Answer {
  const { endpoint, table, maxBodyBytes } = context;
  const serialize = compileRowSerializer(table.visible);
  const fields = compileInput(endpoint, table);
  const insert = compileInsert(context, fields);

  return async (exchange) => {
    const items = readItems(await readJson(exchange, { maxBytes: maxBodyBytes }));
    const issues = createIssueList();
    const rows = items.map((item, index) => withIssuesAt(`[${index}]`, issues, () => readCreateInput(fields, item)));
    issues.throwIfAny();
    const written = await insert(rows.map((row) => row ?? []));
    const data = serializeRows(written, (row) => serialize(row, 1));
    await respond(exchange, { status: 200, data, meta: `"total":${written.length}` });
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

/** Inserts rows of values, each column bound as one array. */
function compileInsert(
  { table, statementName, run, resolve }: EndpointContext,
  fields: readonly InputField[],
): (rows: readonly (readonly SqlValue[])[]) => Promise<readonly SqlRow[]> {
  const stored = fields.flatMap(({ column }, index) => (column === undefined ? [] : [{ column, index }]));
  const arrays = stored.map((_stored, index) => `$${index + 1}::text[]`);
  const aliases = stored.map((_stored, index) => `c${index}`);
  const write: GuardedWrite = {
    name: statementName,
    sources: [
      `item AS (SELECT * FROM unnest(${arrays.join(", ")}) WITH ORDINALITY AS i(${[...aliases, "n"].join(", ")}))`,
    ],
    command: `INSERT INTO ${table.name} AS ${ALIAS} (${stored.map(({ column }) => column.name).join(", ")}) SELECT ${stored
      .map(({ column }, index) => `i.c${index}::${sqlType(column.field)}`)
      .join(", ")} FROM item i`,
    conditions: [],
    suffix: " ORDER BY i.n",
    returning: [`${ALIAS}.${VERSION}`, ...table.visible.map((column) => column.select(ALIAS))],
    missing: stored.flatMap(({ column }, index) => {
      const { items } = column.field;
      const target = items?.ref === undefined ? undefined : resolve(items.ref);
      if (target === undefined) return [];
      return [
        missingItems({ column, target, array: `i.c${index}`, from: "item i", prefix: `'[' || (i.n - 1) || '].'` }),
      ];
    }),
  };
  const statement = compileGuardedWrite(write);
  return async (rows) => {
    const bound = stored.map(({ index }) => toArrayLiteral(rows.map((row) => row[index] ?? null)));
    return writtenRows(write, await run(statement, bound));
  };
}
