import { type Closeable, closeable, type Logger, noopLogger } from "@shaperail/core";
import type { SqlDatabase, SqlRunner } from "../database-port.ts";
import { createLoop } from "./loop.ts";
import type { OutboxIntent } from "./insert-sql.ts";
import type { OutboxJob, OutboxQueue } from "./outbox-queue.ts";
import type { RelayedEvent } from "./outbox-row.ts";
import { createRelay } from "./relay.ts";

/** Hears notifications of PostgreSQL on a connection of its own, until it is closed. */
export type Listen = (channel: string, onNotify: () => void) => Promise<Closeable>;

export interface OutboxOptions {
  readonly database: SqlDatabase;
  readonly queue: OutboxQueue;
  /** The jobs that an event becomes; `createEventRouter` makes one. @default none */
  readonly route?: (event: RelayedEvent) => readonly OutboxJob[];
  /** Wakes the relay when another process has written. It needs a direct connection, not one of a pooler. @default only `pollMs` */
  readonly listen?: Listen;
  /** Longest time until a row is found that nobody has told about, in milliseconds. @default 1_000 */
  readonly pollMs?: number;
  /** Rows moved or looked at in one transaction. @default 200 */
  readonly batchSize?: number;
  /** Time until the jobs of a row are looked at, in milliseconds; what the queue has lost by then is added again. @default 30_000 */
  readonly checkAfterMs?: number;
  /** How long a `dedupeKey` is remembered after its jobs are done, in milliseconds. @default 604_800_000, seven days */
  readonly keepKeysMs?: number;
  /** Whether events are written to `shaperail_event_log`. @default true */
  readonly eventLog?: boolean;
  /** Longest wait for a step that is under way when closing, in milliseconds. @default 5_000 */
  readonly closeTimeoutMs?: number;
  /** @default a logger that writes nothing */
  readonly logger?: Logger;
}

/** Something to store that no generated statement stores. */
export interface OutboxEntry extends OutboxIntent {
  readonly resource: string;
  readonly action: string;
  /** JSON. Leave sensitive fields out. */
  readonly data: unknown;
  readonly trace?: Readonly<Record<string, string>>;
  /** Two entries with the same key are one: the `key` of a verified webhook. @default none */
  readonly dedupeKey?: string;
}

export interface OutboxStats {
  /** Rows that wait for the relay. */
  readonly depth: number;
  /** How long the oldest of them has waited, in milliseconds; 0 when none does. */
  readonly oldestMs: number;
}

export interface Outbox extends Closeable {
  /** Stores an entry, inside `transaction` when there is one. False when an entry with its `dedupeKey` is there already. */
  store(entry: OutboxEntry, transaction?: SqlRunner): Promise<boolean>;
  /** Moves rows until it is closed. Without it this process only writes, and another one relays. */
  start(): Promise<void>;
  /** Says that something was committed. Costs nothing that a request would wait for. */
  wake(): void;
  /** For metrics. */
  stats(): Promise<OutboxStats>;
}

const CHANNEL = "shaperail_outbox";
/** Wakes of one process that come this close together, in milliseconds, are one notification. */
const NOTIFY_EVERY_MS = 20;

const STORE = {
  name: "outbox.store",
  text: `INSERT INTO "shaperail_outbox" ("kind", "name", "resource", "action", "data", "trace", "dedupe_key") VALUES ($1, $2, $3, $4, $5::text::jsonb, $6::text::jsonb, $7) ON CONFLICT ("dedupe_key") DO NOTHING`,
};
const STATS = {
  name: "outbox.stats",
  text: `SELECT count(*), coalesce(extract(epoch FROM now() - min("created_at")) * 1000, 0)::bigint FROM "shaperail_outbox" WHERE "job_ids" IS NULL`,
};
// Not in the statement that writes: a NOTIFY makes commits wait for each other, one by one.
const NOTIFY = { name: "outbox.notify", text: `SELECT pg_notify('${CHANNEL}', '')` };

/** The outbox: what was stored with a write becomes jobs, each at least once and in the order of the writes to a row. */
export function createOutbox(options: OutboxOptions): Outbox {
  const { database, queue, route = () => [], listen, pollMs = 1_000, batchSize = 200 } = options;
  const { checkAfterMs = 30_000, keepKeysMs = 604_800_000, eventLog: keepsEventLog = true } = options;
  const { closeTimeoutMs = 5_000 } = options;
  const logger = (options.logger ?? noopLogger).child("shaperail_runtime::outbox");
  const relay = createRelay({ database, queue, route, batchSize, checkAfterMs, keepKeysMs, keepsEventLog, logger });
  const loop = createLoop({ relay, pollMs, checkEveryMs: Math.min(checkAfterMs, 10_000), closeTimeoutMs, logger });
  let listener: Closeable | undefined;
  let isRelaying = false;
  let notifying: NodeJS.Timeout | undefined;

  function notifySoon(): void {
    notifying ??= setTimeout(() => {
      notifying = undefined;
      database.run(NOTIFY, []).catch((error: unknown) => logger.debug("The relay could not be woken", { error }));
    }, NOTIFY_EVERY_MS).unref();
  }

  return {
    async store({ kind, name, resource, action, data, trace, dedupeKey }, transaction = database) {
      const carrier = trace === undefined ? null : JSON.stringify(trace);
      const values = [kind, name, resource, action, JSON.stringify(data ?? null), carrier, dedupeKey ?? null];
      const { rowCount } = await transaction.run(STORE, values);
      return rowCount === 1;
    },
    async start() {
      if (isRelaying) return;
      isRelaying = true;
      loop.start();
      listener = await listen?.(CHANNEL, loop.wake).catch((error: unknown) => {
        logger.warn("The relay cannot listen and only polls", { error });
        return undefined;
      });
    },
    wake: () => (isRelaying ? loop.wake() : notifySoon()),
    async stats() {
      const { rows } = await database.run(STATS, []);
      return { depth: Number(rows[0]?.[0] ?? 0), oldestMs: Number(rows[0]?.[1] ?? 0) };
    },
    ...closeable(async () => {
      clearTimeout(notifying);
      await loop.close();
      await listener?.close();
    }),
  };
}
