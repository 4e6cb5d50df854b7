import { autoOrBoolean, boolean, durationBetween, integer, oneOf, url } from "./format.ts";
import { optional, required, type Settings, withDefault } from "./setting.ts";

// The map of one connection, as in schema.ts.

/** Name of a connection: it becomes part of metric labels and log lines. */
export const CONNECTION_NAME: RegExp = /^[a-z][a-z0-9_]{0,62}$/;

/** The connection when the file has no `databases`. */
export const DEFAULT_DATABASE_VARIABLE = "DATABASE_URL";

const otherEngine = "This implementation serves PostgreSQL.";
const limit = durationBetween("1ms", "1d");

export interface DatabaseValues {
  engine: "postgres";
  url: string;
  pool_size: number;
  acquire_timeout: string | null;
  connect_timeout: string | null;
  query_timeout: string | null;
  statement_timeout: string | null;
  idle_in_transaction_timeout: string | null;
  prepared_statements: "auto" | boolean | null;
  row_level_security: boolean;
}

export const DATABASE: Settings<DatabaseValues> = {
  engine: required(oneOf(["postgres"], { mysql: otherEngine, sqlite: otherEngine, mongodb: otherEngine }), {
    doc: "Database engine.",
  }),
  url: required(url(["postgresql", "postgres"], { mayLackHost: true }), { doc: "Connection URL.", sensitive: true }),
  pool_size: withDefault(integer(1, 1_000), 20, { doc: "Most simultaneous connections of this pool." }),
  acquire_timeout: optional(limit, { doc: "Longest wait for a free connection of the pool; then 503. Without it 5s." }),
  connect_timeout: optional(limit, { doc: "Longest wait for the server to accept a connection. Without it 5s." }),
  query_timeout: optional(limit, {
    doc: "Longest wait for an answer; then the statement is cancelled and its connection given up. Without it 1s more than statement_timeout.",
  }),
  statement_timeout: optional(limit, {
    doc: "Longest run of a statement, enforced by the server, which costs no connection. Without it 30s.",
  }),
  idle_in_transaction_timeout: optional(limit, {
    doc: "Longest pause inside a transaction, enforced by the server. Without it 60s.",
  }),
  prepared_statements: optional(autoOrBoolean(), {
    doc: "Whether statements are kept prepared on the server; false suits a pooler in transaction mode. Without it `auto`, which finds out.",
  }),
  row_level_security: withDefault(boolean(), false, {
    doc: "Whether policies of the database check tenants as well; every statement about rows of tenants then says whose they are.",
  }),
};
