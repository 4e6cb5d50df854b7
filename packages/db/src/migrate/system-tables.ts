import type { TableModel } from "./table-model.ts";

/** What decides whether a table of Shaperail's own is needed on a connection. */
export interface SystemTableUse {
  /** Resources of the connection. */
  readonly tables: readonly TableModel[];
  /** The connection keeps what the project's `auth` has to remember. */
  readonly auth: boolean;
  /** What is written on the connection leads to jobs or events. */
  readonly events: boolean;
}

/** A table of Shaperail's own, beside those of the resources. Its name starts with `shaperail_`, which no resource may. */
export interface SystemTable {
  readonly name: string;
  isNeeded(use: SystemTableUse): boolean;
  readonly up: string;
  readonly down: string;
}

/**
 * Answers to creates that came with an `Idempotency-Key`, for as long as a client may repeat them.
 * The body is the answer as it was sent, which shows no sensitive field.
 */
const IDEMPOTENCY_KEYS: SystemTable = {
  name: "shaperail_idempotency_keys",
  isNeeded: ({ tables }) => tables.some(({ endpoints }) => endpoints.some(({ kind }) => kind === "create")),
  up: `CREATE TABLE "shaperail_idempotency_keys" (
  "scope" TEXT NOT NULL,
  "key" TEXT NOT NULL,
  "fingerprint" TEXT NOT NULL,
  "status" BIGINT NOT NULL,
  "headers" TEXT NOT NULL,
  "body" TEXT NOT NULL,
  "expires_at" TIMESTAMPTZ NOT NULL,
  PRIMARY KEY ("scope", "key")
);
CREATE INDEX "idx_shaperail_idempotency_keys_expires_at" ON "shaperail_idempotency_keys" ("expires_at");
`,
  down: `DROP TABLE "shaperail_idempotency_keys";
`,
};

/**
 * Sessions, each with the family of refresh tokens that keep it alive. A token is here as its SHA-256 only, and everything
 * that happens to a family happens under the lock of its row in `shaperail_sessions`.
 */
const SESSIONS: SystemTable = {
  name: "shaperail_sessions",
  isNeeded: ({ auth }) => auth,
  up: `CREATE TABLE "shaperail_sessions" (
  "id" UUID PRIMARY KEY,
  "subject" TEXT NOT NULL,
  "role" TEXT NOT NULL,
  "tenant_id" TEXT,
  "created_at" TIMESTAMPTZ NOT NULL,
  "expires_at" TIMESTAMPTZ NOT NULL,
  "revoked_at" TIMESTAMPTZ
);
CREATE INDEX "idx_shaperail_sessions_subject" ON "shaperail_sessions" ("subject");
CREATE INDEX "idx_shaperail_sessions_expires_at" ON "shaperail_sessions" ("expires_at");
CREATE INDEX "idx_shaperail_sessions_revoked_at" ON "shaperail_sessions" ("revoked_at") WHERE "revoked_at" IS NOT NULL;
CREATE TABLE "shaperail_refresh_tokens" (
  "hash" TEXT PRIMARY KEY,
  "session_id" UUID NOT NULL REFERENCES "shaperail_sessions" ("id") ON DELETE CASCADE,
  "issued_at" TIMESTAMPTZ NOT NULL,
  "expires_at" TIMESTAMPTZ NOT NULL,
  "rotated_at" TIMESTAMPTZ,
  "successor_salt" TEXT
);
CREATE INDEX "idx_shaperail_refresh_tokens_session_id" ON "shaperail_refresh_tokens" ("session_id");
`,
  down: `DROP TABLE "shaperail_refresh_tokens";
DROP TABLE "shaperail_sessions";
`,
};

/** Keys that other programs authenticate with: the SHA-256 of each, and its first characters to tell it by. */
const API_KEYS: SystemTable = {
  name: "shaperail_api_keys",
  isNeeded: ({ auth }) => auth,
  up: `CREATE TABLE "shaperail_api_keys" (
  "id" UUID PRIMARY KEY,
  "prefix" TEXT NOT NULL,
  "hash" TEXT NOT NULL UNIQUE,
  "label" TEXT NOT NULL,
  "role" TEXT NOT NULL,
  "subject" TEXT NOT NULL,
  "tenant_id" TEXT,
  "created_at" TIMESTAMPTZ NOT NULL,
  "expires_at" TIMESTAMPTZ,
  "last_used_at" TIMESTAMPTZ,
  "revoked_at" TIMESTAMPTZ
);
`,
  down: `DROP TABLE "shaperail_api_keys";
`,
};

// The tables of `@shaperail/events`, which this package must not import; a test of the runtime holds the two against each other.

/**
 * What was written and has to become jobs. A row begins without `job_ids`; the relay fills them in, looks at `check_at`
 * whether the jobs are done or lost, and then deletes it. One with a `dedupe_key` stays for as long as it may come again.
 */
const OUTBOX_TABLE: SystemTable = {
  name: "shaperail_outbox",
  isNeeded: ({ events }) => events,
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
const EVENT_LOG_TABLE: SystemTable = {
  name: "shaperail_event_log",
  isNeeded: ({ events }) => events,
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
const DELIVERY_LOG_TABLE: SystemTable = {
  name: "shaperail_webhook_delivery_log",
  isNeeded: ({ events }) => events,
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
const ENDPOINTS_TABLE: SystemTable = {
  name: "shaperail_webhook_endpoints",
  isNeeded: ({ events }) => events,
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

export const SYSTEM_TABLES: readonly SystemTable[] = [
  IDEMPOTENCY_KEYS,
  SESSIONS,
  API_KEYS,
  OUTBOX_TABLE,
  EVENT_LOG_TABLE,
  DELIVERY_LOG_TABLE,
  ENDPOINTS_TABLE,
];
