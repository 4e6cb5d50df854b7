DROP TABLE "shaperail_api_keys";
