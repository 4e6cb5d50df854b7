import type { Logger } from "@shaperail/core";
import type { SqlDatabase, SqlRunner } from "../database-port.ts";
import type { OutboxJob, OutboxQueue } from "./outbox-queue.ts";
import { LOG_COLUMNS, type OutboxRow, parseRow, type RelayedEvent, ROW_COLUMNS, toJob } from "./outbox-row.ts";

/** What a step of the relay did. */
export interface RelayStep {
  /** Rows it dealt with; `"busy"` when another relay is at work. */
  readonly rows: number | "busy";
  /** True when there was a full batch, so that there may be more. */
  readonly isFull: boolean;
}

export interface RelayOptions {
  readonly database: SqlDatabase;
  readonly queue: OutboxQueue;
  /** The jobs that an event becomes. */
  readonly route: (event: RelayedEvent) => readonly OutboxJob[];
  readonly batchSize: number;
  /** Time until the jobs of a row are looked at, and between two looks, in milliseconds. */
  readonly checkAfterMs: number;
  /** How long a row with a `dedupe_key` stays after its jobs are done, in milliseconds. */
  readonly keepKeysMs: number;
  readonly keepsEventLog: boolean;
  readonly logger: Logger;
}

/** The work of the relay, a batch at a time. Any number may run at once, in any number of processes; one of them works. */
export interface Relay {
  /** Moves the next rows to the queue, in the order in which they were written. */
  move(): Promise<RelayStep>;
  /** Looks whether jobs are done, and brings back those that the queue has lost. */
  check(): Promise<RelayStep>;
  /** Deletes what is no longer needed. */
  prune(): Promise<RelayStep>;
}

// A lock of the transaction, not of the session: it works behind a pooler, and nobody can forget to give it back.
const LOCK = { name: "outbox.lock", text: "SELECT pg_try_advisory_xact_lock(hashtext('shaperail_outbox'))" };
const READ = {
  name: "outbox.read",
  text: `SELECT ${ROW_COLUMNS} FROM "shaperail_outbox" WHERE "job_ids" IS NULL AND ("check_at" IS NULL OR "check_at" <= now()) ORDER BY "id" LIMIT $1`,
};
const MARK = {
  name: "outbox.mark",
  text: `UPDATE "shaperail_outbox" o SET "job_ids" = v.ids, "check_at" = now() + make_interval(secs => $2::float8) FROM jsonb_to_recordset($1::text::jsonb) AS v(id bigint, ids jsonb) WHERE o."id" = v.id`,
};
const LOG = {
  name: "outbox.log",
  text: `INSERT INTO "shaperail_event_log" ("event_id", "event", "resource", "action", "data", "timestamp") SELECT ${LOG_COLUMNS} FROM "shaperail_outbox" WHERE "id" = ANY($1::bigint[]) ON CONFLICT DO NOTHING`,
};
const READ_DUE = {
  name: "outbox.readDue",
  text: `SELECT "id", "job_ids" FROM "shaperail_outbox" WHERE "check_at" <= now() AND "job_ids" IS NOT NULL ORDER BY "check_at" LIMIT $1`,
};
const FORGET = {
  name: "outbox.forget",
  text: `DELETE FROM "shaperail_outbox" WHERE "id" = ANY($1::bigint[]) AND "dedupe_key" IS NULL`,
};
const SETTLE = {
  name: "outbox.settle",
  text: `UPDATE "shaperail_outbox" SET "settled_at" = now(), "check_at" = NULL WHERE "id" = ANY($1::bigint[])`,
};
const BRING_BACK = {
  name: "outbox.bringBack",
  text: `UPDATE "shaperail_outbox" SET "job_ids" = NULL, "check_at" = NULL WHERE "id" = ANY($1::bigint[])`,
};
const POSTPONE = {
  name: "outbox.postpone",
  text: `UPDATE "shaperail_outbox" SET "check_at" = now() + make_interval(secs => $2::float8) WHERE "id" = ANY($1::bigint[])`,
};
const PRUNE = {
  name: "outbox.prune",
  text: `DELETE FROM "shaperail_outbox" WHERE "id" IN (SELECT "id" FROM "shaperail_outbox" WHERE "settled_at" < now() - make_interval(secs => $1::float8) LIMIT $2)`,
};

export function createRelay(options: RelayOptions): Relay {
  const { database, queue, route, batchSize, checkAfterMs, keepKeysMs, keepsEventLog, logger } = options;
  const checkAfterSeconds = String(checkAfterMs / 1_000);

  /** Runs a step while no other relay does. */
  async function alone(step: (transaction: SqlRunner) => Promise<number>): Promise<RelayStep> {
    return database.transaction(async (transaction) => {
      const { rows } = await transaction.run(LOCK, []);
      if (rows[0]?.[0] !== "t") return { rows: "busy", isFull: false };
      const count = await step(transaction);
      return { rows: count, isFull: count >= batchSize };
    });
  }

  function toJobs(row: OutboxRow): readonly OutboxJob[] | undefined {
    try {
      return row.kind === "job" ? [toJob(row)] : route(row);
    } catch (error) {
      logger.error("A row of the outbox cannot become jobs and is put off", {
        event: row.event,
        event_id: row.id,
        error,
      });
      return undefined;
    }
  }

  return {
    move: () =>
      alone(async (transaction) => {
        const { rows } = await transaction.run(READ, [String(batchSize)]);
        if (rows.length === 0) return 0;
        const routed = rows.map(parseRow).map((row) => ({ row, jobs: toJobs(row) }));
        const ready = routed.flatMap(({ row, jobs }) => (jobs === undefined ? [] : [{ row, jobs }]));
        // A crash from here on adds the same jobs again: they have the same ids.
        const ids = await queue.addAll(ready.flatMap(({ jobs }) => jobs));
        let next = 0;
        const marks = ready.map(({ row, jobs }) => ({ id: row.rowId, ids: ids.slice(next, (next += jobs.length)) }));
        await transaction.run(MARK, [JSON.stringify(marks), checkAfterSeconds]);
        const events = ready.flatMap(({ row }) => (row.kind === "event" ? [row.rowId] : []));
        if (keepsEventLog && events.length > 0) await transaction.run(LOG, [toArray(events)]);
        const stuck = routed.flatMap(({ row, jobs }) => (jobs === undefined ? [row.rowId] : []));
        if (stuck.length > 0) await transaction.run(POSTPONE, [toArray(stuck), "60"]);
        return rows.length;
      }),

    check: () =>
      alone(async (transaction) => {
        const { rows } = await transaction.run(READ_DUE, [String(batchSize)]);
        const due = rows.map(([id, jobIds]) => ({ id: id ?? "", jobIds: parseIds(jobIds) }));
        const states = await queue.states(due.flatMap(({ jobIds }) => jobIds));
        let next = 0;
        const judged = due.map(({ id, jobIds }) => ({
          id,
          verdict: judge(states.slice(next, (next += jobIds.length))),
        }));
        const withVerdict = (wanted: Verdict): string[] =>
          judged.flatMap(({ id, verdict }) => (verdict === wanted ? [id] : []));
        const [over, lost, running] = [withVerdict("over"), withVerdict("lost"), withVerdict("running")];
        if (over.length > 0) {
          await transaction.run(FORGET, [toArray(over)]);
          await transaction.run(SETTLE, [toArray(over)]);
        }
        if (lost.length > 0) {
          logger.warn("The queue has lost jobs; they are added again", { rows: lost.length });
          await transaction.run(BRING_BACK, [toArray(lost)]);
        }
        if (running.length > 0) await transaction.run(POSTPONE, [toArray(running), checkAfterSeconds]);
        return rows.length;
      }),

    prune: () =>
      alone(
        async (transaction) => (await transaction.run(PRUNE, [String(keepKeysMs / 1_000), String(batchSize)])).rowCount,
      ),
  };
}

type Verdict = "over" | "lost" | "running";

/** One lost job is enough: those of the row that are not lost are known to the queue, and are not added again. */
function judge(states: readonly (string | undefined)[]): Verdict {
  if (states.includes(undefined)) return "lost";
  return states.every((state) => state === "completed" || state === "dead") ? "over" : "running";
}

function parseIds(json: string | null | undefined): readonly string[] {
  const ids: unknown = JSON.parse(json ?? "[]");
  return Array.isArray(ids) ? ids.map(String) : [];
}

/** An array of numbers as PostgreSQL reads it. */
function toArray(ids: readonly string[]): string {
  return `{${ids.join(",")}}`;
}
