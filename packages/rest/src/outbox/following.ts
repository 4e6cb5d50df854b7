import type { Endpoint, EndpointKind } from "@shaperail/resource";
import type { SqlValue } from "../port.ts";
import { ALIAS, type Table } from "../sql/table.ts";
import type { OutboxIntent, RestOutbox } from "./outbox-port.ts";

/** What is stored in the same statement because of every row that is written. */
export interface Following {
  /** SQL of the row as JSONB, among the expressions that the write returns. */
  readonly row: string;
  /** Bodies of CTEs that read that JSON as `w.outbox_row`. */
  readonly inserts: readonly string[];
}

/** Name of the column with the JSON of a written row, in the CTE `written`. */
export const OUTBOX_ROW = "outbox_row";

/** What an action has done to a row, as jobs and events say it. */
const DONE: Readonly<Partial<Record<EndpointKind, string>>> = {
  create: "created",
  bulk_create: "created",
  update: "updated",
  delete: "deleted",
  bulk_delete: "deleted",
};

/** How the payloads of an endpoint call what it does. */
export function actionOf({ kind, action }: Endpoint): string {
  return DONE[kind] ?? action;
}

interface Writing {
  readonly endpoint: Endpoint;
  readonly table: Table;
  readonly outbox: RestOutbox | undefined;
}

/**
 * What follows from the writes of an endpoint by itself: its jobs, its events, and the automatic event of its action when somebody listens.
 * Undefined when nothing does: such an endpoint pays nothing. A custom endpoint writes what it wants, and says itself what follows.
 */
export function compileFollowing({
  endpoint,
  table,
  outbox,
}: Writing): ((traceParameter: number) => Following) | undefined {
  if (outbox === undefined || DONE[endpoint.kind] === undefined) return undefined;
  const action = actionOf(endpoint);
  const automatic = `${table.resource.name}.${action}`;
  const events = new Set([...(outbox.hears(automatic) ? [automatic] : []), ...endpoint.events]);
  const intents: readonly OutboxIntent[] = [
    ...endpoint.jobs.map((name) => ({ kind: "job" as const, name })),
    ...[...events].map((name) => ({ kind: "event" as const, name })),
  ];
  if (intents.length === 0) return undefined;
  const row = rowAsJson(table);
  const request = { intents, resource: table.resource.name, action, data: `w.${OUTBOX_ROW}` };
  return (traceParameter) => ({ row, inserts: [outbox.insert({ ...request, trace: asJsonb(traceParameter) })] });
}

/** The parameter that carries JSON text, as JSONB. */
export function asJsonb(parameter: number): string {
  return `$${parameter}::text::jsonb`;
}

/** The trace of the request, as it is bound. */
export function traceValue(outbox: RestOutbox | undefined): SqlValue {
  const carrier = outbox?.carrier();
  return carrier === undefined ? null : JSON.stringify(carrier);
}

// A function of PostgreSQL takes at most 100 arguments.
const MOST_COLUMNS = 50;

/** The row as its answers show it: without sensitive columns. */
function rowAsJson({ visible }: Table): string {
  const objects: string[] = [];
  for (let start = 0; start < visible.length; start += MOST_COLUMNS) {
    const members = visible
      .slice(start, start + MOST_COLUMNS)
      .map(({ key, selectJson }) => `'${key.replaceAll("'", "''")}', ${selectJson(ALIAS)}`);
    objects.push(`jsonb_build_object(${members.join(", ")})`);
  }
  return objects.length === 0 ? "'{}'::jsonb" : objects.join(" || ");
}
