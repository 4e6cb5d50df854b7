CREATE TABLE "shaperail_idempotency_keys" (
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
