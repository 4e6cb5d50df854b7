import { type Exchange, readJson, sendJson } from "@shaperail/http";
import { render, type Rendered } from "../controller.ts";
import { compileInput, compileStorable, type InputField, pickInput, readCreateInput } from "../input/input.ts";
import type { SqlRow, SqlValue, StatementRunner, Subject } from "../port.ts";
import { compileGuardedWrite, type GuardedWrite, writtenRows } from "../sql/guarded-write.ts";
import { missingItems } from "../sql/item-references.ts";
import { compileRowSerializer } from "../sql/row-serializer.ts";
import { sqlType } from "../sql/sql-type.ts";
import { ALIAS } from "../sql/table.ts";
import { type Answer, type EndpointContext, enterControllers, isControlled } from "./endpoint-context.ts";
import { rowTag, VERSION } from "./entity-tag.ts";
import { answerOnce, idempotencyKey } from "./idempotency.ts";

/** `POST /posts`: inserts a row and answers with it as it is stored; with an `Idempotency-Key`, once. */
export function compileCreate(context: EndpointContext): Answer {
  const { endpoint, table, run, maxBodyBytes } = context;
  const serialize = compileRowSerializer(table.visible);
  const writable = compileInput(endpoint, table);
  const controllable = isControlled(context);
  const fields = controllable ? compileStorable(table) : writable;
  const insert = compileInsert(context, fields);

  const create = async (
    { exchange, subject, body }: { exchange: Exchange; subject: Subject | undefined; body: unknown },
    runner: StatementRunner["run"],
  ): Promise<Rendered> => {
    const input = controllable ? pickInput(writable, body) : undefined;
    const controlled = await enterControllers(context, { exchange, subject, input });
    const row = await insert(readCreateInput(fields, controlled?.context.input ?? body), runner);
    return render({ status: 201, data: serialize(row, 1), headers: { ETag: rowTag(row[0], "") } }, controlled);
  };

  return async (exchange, subject) => {
    const key = idempotencyKey(exchange.request);
    const body = await readJson(exchange, { maxBytes: maxBodyBytes });
    const request = { exchange, subject, body };
    const answer =
      key === undefined
        ? await create(request, run)
        : await answerOnce({ key, body, subject }, context, (runner) => create(request, runner));
    sendJson(exchange, answer.status, answer.body, answer.headers);
  };
}

type Insert = (values: readonly SqlValue[], run: StatementRunner["run"]) => Promise<SqlRow>;

/** Inserts the values of the fields; the row that comes back starts with its version. */
function compileInsert({ table, statementName, resolve }: EndpointContext, fields: readonly InputField[]): Insert {
  const stored = fields.flatMap(({ column }, index) => (column === undefined ? [] : [{ column, index }]));
  const names = stored.map(({ column }) => column.name).join(", ");
  const missing = stored.flatMap(({ column }, index) => {
    const { items } = column.field;
    const target = items?.ref === undefined ? undefined : resolve(items.ref);
    return target === undefined ? [] : [missingItems({ column, target, array: `$${index + 1}` })];
  });
  // VALUES takes its types from the columns; a SELECT, which can have conditions, has to be told.
  const source =
    missing.length === 0
      ? `VALUES (${stored.map((_stored, index) => `$${index + 1}`).join(", ")})`
      : `SELECT ${stored.map(({ column }, index) => `$${index + 1}::${sqlType(column.field)}`).join(", ")}`;
  const write: GuardedWrite = {
    name: statementName,
    command: `INSERT INTO ${table.name} AS ${ALIAS} ${stored.length === 0 ? "DEFAULT VALUES" : `(${names}) ${source}`}`,
    conditions: [],
    returning: [`${ALIAS}.${VERSION}`, ...table.visible.map((column) => column.select(ALIAS))],
    missing,
  };
  const statement = compileGuardedWrite(write);
  return async (values, run) => {
    const bound = stored.map(({ index }) => values[index] ?? null);
    const [row] = writtenRows(write, await run(statement, bound));
    if (row === undefined) throw new Error("The insert returned no row; a rule or trigger swallowed it.");
    return row;
  };
}
