import { HttpError } from "@shaperail/http";
import { toJsonText } from "../input/json-text.ts";
import type { SqlStatement, SqlValue, StatementRunner } from "../port.ts";
import { compileGuardedWrite, type CompiledWrite } from "../sql/guarded-write.ts";
import { asJsonb, traceValue } from "./following.ts";
import type { OutboxIntent, RestOutbox } from "./outbox-port.ts";

/** A transaction of the application: that of `context.db`, or anything that runs statements. */
export type AskTransaction =
  | Pick<StatementRunner, "run">
  | { executeQuery(query: never): Promise<{ readonly numAffectedRows?: bigint }> };

/** How a job or event is asked for. */
export interface AskOptions {
  /**
   * A transaction to store it in, which `context.db.transaction()` gives: it then happens if and only if that commits.
   * @default it is stored at once; by a before-controller, together with the row that the endpoint writes
   */
  readonly transaction?: AskTransaction;
}

/** What the functions of one request have asked for. */
export interface Asked {
  ask(intent: OutboxIntent, data: unknown, options?: AskOptions): Promise<void>;
  /** What waits for the endpoint's own statement. From now on what is asked for is stored at once, by `run` when it is given. */
  take(run?: StatementRunner["run"]): readonly HeldIntent[];
}

/** Stored by the statement that writes the row. */
export interface HeldIntent extends OutboxIntent {
  /** JSON text. */
  readonly data: string;
}

export interface AskedOptions {
  readonly outbox: RestOutbox | undefined;
  readonly resource: string;
  readonly action: string;
  /** Names of fields, of all resources, that must not be in a payload. */
  readonly sensitive: ReadonlySet<string>;
  readonly run: StatementRunner["run"];
  /** The endpoint has a statement of its own that will take what is asked for before it. */
  readonly holds: boolean;
}

/** Begins to take orders. */
export function createAsked(options: AskedOptions): Asked {
  const { outbox, resource, action, sensitive, holds } = options;
  let { run } = options;
  let held: HeldIntent[] | undefined = holds ? [] : undefined;

  return {
    async ask(intent, data, { transaction } = {}) {
      if (outbox === undefined)
        throw new TypeError("This application has no jobs: declare `jobs: {}` in shaperail.config.yaml.");
      if (intent.kind === "job" && !outbox.hasJob(intent.name))
        throw new TypeError(`There is no job \`${intent.name}\`: write jobs/${intent.name}.ts.`);
      const text = toJsonText(withoutKeys(data ?? null, sensitive));
      if (text === undefined)
        throw new HttpError(`The payload of ${intent.name} is not JSON.`, { code: "INTERNAL_ERROR" });
      if (transaction === undefined && held !== undefined) return void held.push({ ...intent, data: text });
      const statement = {
        name: "shaperail_outbox_ask",
        prepare: false,
        text: `WITH written AS (SELECT 1) ${outbox.insert({ intents: [intent], resource, action, data: asJsonb(1), trace: asJsonb(2) })}`,
      };
      const store = transaction === undefined ? run : toRun(transaction);
      await store(statement, [text, traceValue(outbox)]);
      outbox.wake();
    },
    take(open) {
      run = open ?? run;
      const taken = held ?? [];
      held = undefined;
      return taken;
    },
  };
}

/** What is bound to a write and what it says, with what follows from it. */
export interface BoundWrite {
  readonly statement: SqlStatement;
  readonly values: readonly SqlValue[];
}

export interface BindOptions extends Pick<AskedOptions, "outbox" | "resource" | "action"> {
  readonly held: readonly HeldIntent[];
}

/** Binds the trace behind the values, when the write stores one, and adds what was asked for to its statement. */
export function bindFollowing(
  { write, statement }: CompiledWrite,
  values: readonly SqlValue[],
  { outbox, resource, action, held }: BindOptions,
): BoundWrite {
  const { following } = write;
  if (outbox === undefined || (following === undefined && held.length === 0)) return { statement, values };
  const trace = traceValue(outbox);
  const own = following === undefined ? values : [...values, trace];
  if (held.length === 0) return { statement, values: own };
  const inserts = held.map(({ kind, name }, index) =>
    outbox.insert({
      intents: [{ kind, name }],
      resource,
      action,
      data: asJsonb(own.length + 2 + index),
      trace: asJsonb(own.length + 1),
    }),
  );
  const asked = {
    ...write,
    name: `${write.name}_asked`,
    prepare: false,
    following: { row: following?.row ?? "NULL::jsonb", inserts: [...(following?.inserts ?? []), ...inserts] },
  };
  return { statement: compileGuardedWrite(asked), values: [...own, trace, ...held.map(({ data }) => data)] };
}

/** The query builder's transaction runs compiled queries; of them its driver reads the text and the values. */
function toRun(transaction: AskTransaction): StatementRunner["run"] {
  if ("run" in transaction) return (statement, values) => transaction.run(statement, values);
  return async ({ text }: SqlStatement, values) => {
    const query = { sql: text, parameters: values, query: { kind: "RawNode", sqlFragments: [text], parameters: [] } };
    const { numAffectedRows } = await transaction.executeQuery({ ...query, queryId: { queryId: "outbox" } } as never);
    return { rows: [], rowCount: Number(numAffectedRows ?? 0) };
  };
}

/** The data without the members of these names, at any depth. Values that are no plain objects or lists stay as they are. */
function withoutKeys(value: unknown, names: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutKeys(item, names));
  if (typeof value !== "object" || value === null) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const kept = Object.entries(value).filter(([key]) => !names.has(key));
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutKeys(item, names)]));
}
