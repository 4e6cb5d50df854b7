CREATE TABLE "shaperail_webhook_delivery_log" (
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
