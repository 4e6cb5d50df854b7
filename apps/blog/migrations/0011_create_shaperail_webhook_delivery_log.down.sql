DROP TABLE "shaperail_webhook_delivery_log";
