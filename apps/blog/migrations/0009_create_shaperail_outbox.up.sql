CREATE TABLE "shaperail_outbox" (
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
