export { CHROMIUM_FLAGS, type ChromiumProbes, ensureChromium } from "./chromium.ts";
export { type CreateDatabaseOptions, type TestDatabase } from "./database.ts";
export { type FaultMode, type FaultProxy, startFaultProxy } from "./fault-proxy.ts";
export { freePort } from "./free-port.ts";
export { type PgBouncerOptions, type PgBouncerServer, startPgBouncer } from "./pgbouncer-server.ts";
export { type PostgresOptions, type PostgresServer, startPostgres } from "./postgres-server.ts";
export {
  type PrometheusOptions,
  type PrometheusSample,
  type PrometheusServer,
  promtool,
  startPrometheus,
} from "./prometheus.ts";
export { type RedisOptions, type RedisServer, startRedis } from "./redis-server.ts";
export { createTestDatabase, type TestRedis, testRedis } from "./shared-services.ts";
export { openSqlClient, type SqlClient, type SqlClientResult, type SqlClientStatement } from "./sql-client.ts";
export { temporaryDirectory, type TemporaryDirectory } from "./temporary-directory.ts";
