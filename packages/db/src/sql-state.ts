import { toError } from "@shaperail/core";
import { DbError, type DbErrorCode } from "./errors.ts";

/** The one table from PostgreSQL's SQLSTATE to our codes: five characters name a state, two a whole class. */
const CODE_BY_SQLSTATE: Readonly<Record<string, DbErrorCode>> = {
  "08": "DB_UNAVAILABLE",
  "22": "DB_INVALID_VALUE",
  "23502": "DB_NOT_NULL_VIOLATION",
  "23503": "DB_FOREIGN_KEY_VIOLATION",
  "23505": "DB_UNIQUE_VIOLATION",
  "23514": "DB_CHECK_VIOLATION",
  "23P01": "DB_EXCLUSION_VIOLATION",
  "25006": "DB_READ_ONLY",
  "25P02": "DB_TRANSACTION_ABORTED",
  "25P03": "DB_TIMEOUT",
  "25P04": "DB_TIMEOUT",
  "26000": "DB_PREPARED_STATEMENT_LOST",
  "42P05": "DB_PREPARED_STATEMENT_LOST",
  "28": "DB_AUTHENTICATION_FAILED",
  "3D000": "DB_DATABASE_NOT_FOUND",
  "40001": "DB_SERIALIZATION_FAILURE",
  "40P01": "DB_DEADLOCK",
  "42501": "DB_PERMISSION_DENIED",
  "42703": "DB_SCHEMA_MISMATCH",
  "42704": "DB_SCHEMA_MISMATCH",
  "42883": "DB_SCHEMA_MISMATCH",
  "42P01": "DB_SCHEMA_MISMATCH",
  "53": "DB_OUT_OF_RESOURCES",
  "53300": "DB_TOO_MANY_CONNECTIONS",
  "54000": "DB_INVALID_VALUE",
  "55P03": "DB_LOCK_TIMEOUT",
  "57014": "DB_TIMEOUT",
  "57P01": "DB_UNAVAILABLE",
  "57P02": "DB_UNAVAILABLE",
  "57P03": "DB_UNAVAILABLE",
  "57P04": "DB_DATABASE_NOT_FOUND",
  "57P05": "DB_UNAVAILABLE",
  "58": "DB_OUT_OF_RESOURCES",
};

/** What happened and what to do; `{constraint}`, `{column}` and `{table}` are filled in from the server's answer. */
const TEXT_BY_CODE: Readonly<Record<DbErrorCode, readonly [message: string, hint: string]>> = {
  DB_UNAVAILABLE: [
    "The database cannot be reached.",
    "Check that PostgreSQL is running and that DATABASE_URL points at it.",
  ],
  DB_URL_INVALID: ["The connection URL is not valid.", "Use the form postgresql://user:password@host:5432/name."],
  DB_TLS_UNAVAILABLE: [
    "The database server offers no TLS, and sslmode demands it.",
    "Turn ssl on in the server; or, where nobody can listen in, set sslmode=prefer.",
  ],
  DB_TLS_FAILED: [
    "The encrypted connection to the database could not be made.",
    "Check that the server speaks TLS 1.2 or later, and whether it asks for sslcert and sslkey.",
  ],
  DB_CERTIFICATE_UNTRUSTED: [
    "The certificate of the database server is not signed by a certificate authority that is trusted here.",
    "Name the file with the authority's certificate in sslrootcert.",
  ],
  DB_CERTIFICATE_EXPIRED: [
    "The certificate of the database server is not valid at this time.",
    "Renew the server's certificate, or correct the clock of this machine.",
  ],
  DB_CERTIFICATE_HOST_MISMATCH: [
    "The certificate of the database server is for another host.",
    "Connect by a name that the certificate carries, or set sslmode=verify-ca.",
  ],
  DB_AUTHENTICATION_FAILED: [
    "The database refused the user name or password.",
    "Correct the user and password in DATABASE_URL.",
  ],
  DB_DATABASE_NOT_FOUND: [
    "The database does not exist on this server.",
    "Create it, or correct the name at the end of DATABASE_URL.",
  ],
  DB_TOO_MANY_CONNECTIONS: [
    "The database has no connection left.",
    "Keep replicas × pool_size of all its clients below max_connections: lower pool_size, or put PgBouncer in front.",
  ],
  DB_POOL_EXHAUSTED: [
    "No database connection became free in time.",
    "Look for long transactions, or raise pool_size within max_connections.",
  ],
  DB_CLOSED: ["The database connection is closed.", "Finish the work before close(), or open a new database."],
  DB_TIMEOUT: ["The statement took too long and was cancelled.", "Look at its plan and at the locks it waits for."],
  DB_LOCK_TIMEOUT: [
    "A lock was not granted in time.",
    "Try again; if it stays, look for the transaction that holds the lock.",
  ],
  DB_SERIALIZATION_FAILURE: ["The transaction conflicts with a concurrent one.", "Run the whole transaction again."],
  DB_DEADLOCK: [
    "The transaction and another one waited for each other.",
    "Run the whole transaction again, and touch rows in one order everywhere.",
  ],
  DB_TRANSACTION_ABORTED: [
    "The transaction was rolled back because one of its statements had failed.",
    "Let the statement's error leave the transaction callback instead of swallowing it.",
  ],
  DB_UNIQUE_VIOLATION: ["A row with the same value exists (constraint {constraint}).", "Choose another value."],
  DB_FOREIGN_KEY_VIOLATION: [
    "The row it refers to does not exist, or it is still referred to (constraint {constraint}).",
    "Create the other row first, or delete it first.",
  ],
  DB_NOT_NULL_VIOLATION: ["The column {column} must have a value.", "Give it one."],
  DB_CHECK_VIOLATION: ["The row breaks the constraint {constraint}.", "Give a value the constraint allows."],
  DB_EXCLUSION_VIOLATION: [
    "The row conflicts with another one (constraint {constraint}).",
    "Choose values that do not overlap.",
  ],
  DB_INVALID_VALUE: ["A value does not fit its column.", "Give a value of the column's type and range."],
  DB_READ_ONLY: ["The database accepts no writes.", "Point DATABASE_URL at the primary."],
  DB_OUT_OF_RESOURCES: [
    "The database server is out of disk space, memory or another resource.",
    "Look at the server's log and free what is full.",
  ],
  DB_PERMISSION_DENIED: ["The database user may not do this.", "GRANT it the privilege, or use another user."],
  DB_SCHEMA_MISMATCH: [
    "The statement names something the database does not have.",
    "Apply the pending migrations: shaperail migrate. When none is pending, draft one: shaperail migrate new <name>.",
  ],
  DB_SESSION_REQUIRED: [
    "The statement needs a session of its own, and the connection goes through a pooler.",
    "Run it on a direct connection: DIRECT_DATABASE_URL.",
  ],
  DB_PREPARED_STATEMENT_LOST: [
    "A prepared statement is gone from its session.",
    "Behind a pooler in transaction mode, set preparedStatements to false.",
  ],
  DB_QUERY_FAILED: ["The database reported an error.", "Look up details.sqlState in PostgreSQL's list of error codes."],
};

/** What an error response of PostgreSQL says, as `pg` hands it over. */
interface ServerError extends Error {
  readonly code: string;
  readonly severity: string;
  readonly constraint?: string;
  readonly table?: string;
  readonly column?: string;
  readonly detail?: string;
  readonly routine?: string;
  /** Where the statement is wrong, in characters from 1. */
  readonly position?: string;
}

/** True when the server itself answered with an error, so that the connection is still usable unless it is FATAL. */
export function isServerError(error: unknown): error is ServerError {
  return (
    error instanceof Error &&
    "severity" in error &&
    "code" in error &&
    typeof error.code === "string" &&
    error.code.length === 5
  );
}

/** Fields of an error response that quote values of rows or parameters. */
const FIELDS_WITH_VALUES = ["detail", "where", "internalQuery", "hint"];

/**
 * Removes from a server error what quotes values, so that whatever logs the cause logs no personal data.
 * Class 22 (data exceptions) quotes the value in the message itself, and so in the stack.
 */
function withoutValues(error: ServerError): Error {
  for (const field of FIELDS_WITH_VALUES) Reflect.deleteProperty(error, field);
  if (error.code.startsWith("22")) {
    const place = error.stack?.slice(error.stack.indexOf("\n    at ")) ?? "";
    error.message = error.message.replace(/"[\s\S]*"/, '"[REDACTED]"');
    error.stack = `${error.name}: ${error.message}${place.startsWith("\n") ? place : ""}`;
  }
  return error;
}

/**
 * True when a prepared statement's plan no longer fits its table (`cached plan must not change result type`).
 * The state 0A000 means any feature that is not supported; the routine tells this one apart.
 */
export function isStalePlan(error: unknown): boolean {
  const cause = error instanceof DbError ? error.cause : error;
  return isServerError(cause) && cause.code === "0A000" && cause.routine === "RevalidateCachedQuery";
}

/** True when a pooler refused the start-up parameters of a connection (08P01, protocol violation). */
export function isStartupRefused(error: unknown): boolean {
  return error instanceof DbError && error.details?.["sqlState"] === "08P01";
}

/** Codes of Node's sockets, resolver and TLS that mean: no connection. */
const UNREACHABLE =
  /^(E(CONN\w+|PIPE|TIMEDOUT|NOTFOUND|AI_AGAIN|HOST\w+|NET\w+|NOENT|ACCES|ADDR\w+|PROTO)|ERR_(TLS|SSL|SOCKET)\w*|CERT_\w+|\w*SELF_SIGNED\w*|UNABLE_TO_\w+)$/;

function codeOf(error: unknown): DbErrorCode {
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  if (isServerError(error)) return CODE_BY_SQLSTATE[code] ?? CODE_BY_SQLSTATE[code.slice(0, 2)] ?? "DB_QUERY_FAILED";
  return UNREACHABLE.test(code) ? "DB_UNAVAILABLE" : "DB_QUERY_FAILED";
}

/**
 * Translates an error of the driver or the server into ours; one of ours is returned as it is.
 *
 * Message, details and cause carry no value of a row: PostgreSQL's `detail`, `where` and `hint` are dropped, and quoted
 * values are taken out of data exceptions.
 */
export function toDbError(error: unknown): DbError {
  return error instanceof DbError ? error : dbError(codeOf(error), { cause: error });
}

/** What {@link dbError} adds to the standing text of a code. */
export interface DbErrorContext {
  readonly cause?: unknown;
  /** Replaces the standing message. */
  readonly message?: string;
  /** Replaces the standing hint. */
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An error with the standing message and hint of its code, and what the server said about constraint, table and columns. */
export function dbError(code: DbErrorCode, { cause, message, hint, details }: DbErrorContext = {}): DbError {
  const [standingMessage, standingHint] = TEXT_BY_CODE[code];
  const facts: Record<string, unknown> = { ...details };
  if (isServerError(cause)) {
    facts["sqlState"] = cause.code;
    for (const key of ["constraint", "table", "column"] as const) if (cause[key] !== undefined) facts[key] = cause[key];
    const columns = keyColumns(cause);
    if (columns !== undefined) facts["columns"] = columns;
  }
  return new DbError(message ?? fill(standingMessage, facts), {
    code,
    hint: hint ?? standingHint,
    details: facts,
    cause: isServerError(cause) ? withoutValues(cause) : cause === undefined ? undefined : toError(cause),
  });
}

/**
 * The columns of the key that a unique or foreign key violation is about. PostgreSQL names them only in the detail, as
 * `Key (a, b)=(1, 2) …` in whatever language it speaks; the values behind them are not read.
 */
function keyColumns({ code, detail }: ServerError): readonly string[] | undefined {
  if (code !== "23505" && code !== "23503") return undefined;
  const list = /\(([^()]*)\)=\(/.exec(detail ?? "")?.[1];
  return list?.split(", ").map((name) => name.replace(/^"|"$/g, ""));
}

function fill(text: string, facts: Readonly<Record<string, unknown>>): string {
  return text.replace(/\{(\w+)\}/g, (_match, key: string) => {
    const fact = facts[key];
    return `"${typeof fact === "string" ? fact : "unknown"}"`;
  });
}
