import type { TableModel } from "./table-model.ts";

/** What decides whether a table of Shaperail's own is needed on a connection. */
export interface SystemTableUse {
  /** Resources of the connection. */
  readonly tables: readonly TableModel[];
  /** The connection keeps what the project's `auth` has to remember. */
  readonly auth: boolean;
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

export const SYSTEM_TABLES: readonly SystemTable[] = [IDEMPOTENCY_KEYS, SESSIONS, API_KEYS];
