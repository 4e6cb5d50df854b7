DROP TABLE "shaperail_outbox";
