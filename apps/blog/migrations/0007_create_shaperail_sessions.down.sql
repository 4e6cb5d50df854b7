DROP TABLE "shaperail_refresh_tokens";
DROP TABLE "shaperail_sessions";
