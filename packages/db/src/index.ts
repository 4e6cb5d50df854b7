export { describeUrl } from "./connection-url.ts";
export { createDatabase, type Database, type DatabaseOptions } from "./database.ts";
export { DbError, type DbErrorCode } from "./errors.ts";
export { listen, type ListenOptions } from "./listen.ts";
export type { PoolStats } from "./pool.ts";
export { toDbError } from "./sql-state.ts";
export type { RawResult, RawRow, RawValue, Statement } from "./statement.ts";
export type { Transaction, TransactionOptions } from "./transaction.ts";
