CREATE TABLE "shaperail_api_keys" (
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
