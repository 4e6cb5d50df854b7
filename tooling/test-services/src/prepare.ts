import { preparePgBouncer } from "./pgbouncer-source.ts";
import { prepareRedis } from "./redis-source.ts";

// Run once before the integration tests, so that an installation has its own time and its own line.
try {
  console.log(process.env["REDIS_URL"] ? "Redis: REDIS_URL" : `Redis: ${prepareRedis().kind}`);
  console.log(`PgBouncer: ${preparePgBouncer()}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
