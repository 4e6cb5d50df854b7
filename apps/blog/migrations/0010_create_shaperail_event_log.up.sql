CREATE TABLE "shaperail_event_log" (
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
