DROP TABLE "shaperail_event_log";
