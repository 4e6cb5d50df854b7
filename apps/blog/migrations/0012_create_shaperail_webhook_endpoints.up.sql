CREATE TABLE "shaperail_webhook_endpoints" (
  "url" TEXT PRIMARY KEY,
  "failures" BIGINT NOT NULL,
  "disabled_at" TIMESTAMPTZ,
  "reason" TEXT,
  "updated_at" TIMESTAMPTZ NOT NULL DEFAULT now()
);
