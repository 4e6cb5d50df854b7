CREATE TABLE "shaperail_sessions" (
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
