import type { OutboxJob } from "./outbox-queue.ts";

/** An event as subscribers get it. */
export interface RelayedEvent {
  readonly id: string;
  readonly event: string;
  readonly resource: string;
  readonly action: string;
  /** JSON, as the database wrote it: 64-bit integers are exact. */
  readonly dataJson: string;
  /** RFC 3339. */
  readonly timestamp: string;
  readonly trace: Readonly<Record<string, string>>;
}

/** A row of the outbox that has to become jobs. */
export interface OutboxRow extends RelayedEvent {
  readonly rowId: string;
  readonly kind: "job" | "event";
}

const TIMESTAMP = `to_char("created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** What is read of a row, in the order of {@link parseRow}. */
export const ROW_COLUMNS: string = `"id", "key", "kind", "name", "resource", "action", "data", ${TIMESTAMP}, "trace"`;

/** The columns of the event log, from a row of the outbox. */
export const LOG_COLUMNS: string = `"key"::text, "name", "resource", "action", "data", ${TIMESTAMP}`;

export function parseRow(row: readonly (string | null)[]): OutboxRow {
  const [rowId = "", id = "", kind, event = "", resource = "", action = "", dataJson = "null", timestamp = "", trace] =
    row.map((value) => value ?? undefined);
  return {
    rowId,
    id,
    kind: kind === "job" ? "job" : "event",
    event,
    resource,
    action,
    dataJson,
    timestamp,
    trace: trace === undefined ? {} : JSON.parse(trace),
  };
}

/** The job that an endpoint's `jobs:` names. */
export function toJob({ id, event, resource, action, dataJson, trace }: OutboxRow): OutboxJob {
  return { id, name: event, payload: { resource, action, data: JSON.parse(dataJson) }, trace };
}

/** The event as JSON text, for what is sent as it is. */
export function toEventJson({ event, resource, action, dataJson, timestamp, id }: RelayedEvent): string {
  const text = (value: string): string => JSON.stringify(value);
  return `{"event":${text(event)},"resource":${text(resource)},"action":${text(action)},"data":${dataJson},"timestamp":${text(timestamp)},"event_id":${text(id)}}`;
}
