/** A table of this package, as a migration makes it and takes it back. */
export interface EventsTable {
  readonly name: string;
  readonly up: string;
  readonly down: string;
}

/**
 * What was written and has to become jobs. A row begins without `job_ids`; the relay fills them in, looks at `check_at`
 * whether the jobs are done or lost, and then deletes it. One with a `dedupe_key` stays for as long as it may come again.
 */
export const OUTBOX_TABLE: EventsTable = {
  name: "shaperail_outbox",
  up: `CREATE TABLE "shaperail_outbox" (
  "id" BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "key" UUID NOT NULL DEFAULT gen_random_uuid(),
  "kind" TEXT NOT NULL CHECK ("kind" IN ('job', 'event')),
  "name" TEXT NOT NULL,
  "resource" TEXT NOT NULL,
  "action" TEXT NOT NULL,
  "data" JSONB NOT NULL,
  "trace" JSONB,
  "dedupe_key" TEXT UNIQUE,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "job_ids" JSONB,
  "check_at" TIMESTAMPTZ,
  "settled_at" TIMESTAMPTZ
);
CREATE INDEX "idx_shaperail_outbox_waiting" ON "shaperail_outbox" ("id") WHERE "job_ids" IS NULL;
CREATE INDEX "idx_shaperail_outbox_check_at" ON "shaperail_outbox" ("check_at") WHERE "check_at" IS NOT NULL;
CREATE INDEX "idx_shaperail_outbox_settled_at" ON "shaperail_outbox" ("settled_at") WHERE "settled_at" IS NOT NULL;
`,
  down: `DROP TABLE "shaperail_outbox";
`,
};

/** Every event that was relayed. */
export const EVENT_LOG_TABLE: EventsTable = {
  name: "shaperail_event_log",
  up: `CREATE TABLE "shaperail_event_log" (
  "event_id" TEXT PRIMARY KEY,
  "event" TEXT NOT NULL,
  "resource" TEXT NOT NULL,
  "action" TEXT NOT NULL,
  "data" JSONB NOT NULL DEFAULT '{}',
  "timestamp" TEXT NOT NULL
);
CREATE INDEX "idx_shaperail_event_log_resource" ON "shaperail_event_log" ("resource");
CREATE INDEX "idx_shaperail_event_log_event" ON "shaperail_event_log" ("event");
CREATE INDEX "idx_shaperail_event_log_timestamp" ON "shaperail_event_log" ("timestamp" DESC);
`,
  down: `DROP TABLE "shaperail_event_log";
`,
};

/** Every attempt to deliver a webhook. `status_code` is 0 when there was no answer. */
export const DELIVERY_LOG_TABLE: EventsTable = {
  name: "shaperail_webhook_delivery_log",
  up: `CREATE TABLE "shaperail_webhook_delivery_log" (
  "delivery_id" TEXT PRIMARY KEY,
  "event_id" TEXT NOT NULL,
  "url" TEXT NOT NULL,
  "status_code" BIGINT NOT NULL,
  "status" TEXT NOT NULL CHECK ("status" IN ('success', 'failed', 'pending')),
  "latency_ms" BIGINT NOT NULL,
  "error" TEXT,
  "attempt" BIGINT NOT NULL,
  "timestamp" TEXT NOT NULL
);
CREATE INDEX "idx_shaperail_webhook_delivery_log_event_id" ON "shaperail_webhook_delivery_log" ("event_id");
CREATE INDEX "idx_shaperail_webhook_delivery_log_timestamp" ON "shaperail_webhook_delivery_log" ("timestamp" DESC);
`,
  down: `DROP TABLE "shaperail_webhook_delivery_log";
`,
};

/** Receivers of webhooks that have failed since their last success. */
export const ENDPOINTS_TABLE: EventsTable = {
  name: "shaperail_webhook_endpoints",
  up: `CREATE TABLE "shaperail_webhook_endpoints" (
  "url" TEXT PRIMARY KEY,
  "failures" BIGINT NOT NULL,
  "disabled_at" TIMESTAMPTZ,
  "reason" TEXT,
  "updated_at" TIMESTAMPTZ NOT NULL DEFAULT now()
);
`,
  down: `DROP TABLE "shaperail_webhook_endpoints";
`,
};

/** All tables of this package, in an order in which they can be made. */
export const EVENTS_TABLES: readonly EventsTable[] = [
  OUTBOX_TABLE,
  EVENT_LOG_TABLE,
  DELIVERY_LOG_TABLE,
  ENDPOINTS_TABLE,
];
