DROP TABLE "shaperail_idempotency_keys";
