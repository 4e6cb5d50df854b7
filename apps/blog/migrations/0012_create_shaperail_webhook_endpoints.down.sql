DROP TABLE "shaperail_webhook_endpoints";
