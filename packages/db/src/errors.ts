import { ShaperailError } from "@shaperail/core";

export type DbErrorCode =
  /** The server cannot be reached, refused the connection, or the connection broke while a statement ran. */
  | "DB_UNAVAILABLE"
  /** The connection URL cannot be understood, or asks for something that is not supported. */
  | "DB_URL_INVALID"
  /** The server offers no TLS, and `sslmode` demands it. */
  | "DB_TLS_UNAVAILABLE"
  /** Server and client could not agree on an encrypted connection. */
  | "DB_TLS_FAILED"
  /** The server's certificate is not signed by a certificate authority that is trusted here. */
  | "DB_CERTIFICATE_UNTRUSTED"
  /** The server's certificate is not valid yet, or not any more. */
  | "DB_CERTIFICATE_EXPIRED"
  /** The server's certificate is for another host than the one in the URL. */
  | "DB_CERTIFICATE_HOST_MISMATCH"
  /** The server refused the user name or the password. */
  | "DB_AUTHENTICATION_FAILED"
  /** The server has no database of this name. */
  | "DB_DATABASE_NOT_FOUND"
  /** The server has no connection left for us: every client's pools together exceed `max_connections`. */
  | "DB_TOO_MANY_CONNECTIONS"
  /** No connection of the pool became free within `acquireTimeoutMs`. */
  | "DB_POOL_EXHAUSTED"
  /** The database was used after `close()`. */
  | "DB_CLOSED"
  /** A statement or an idle transaction took longer than its limit, or was cancelled. */
  | "DB_TIMEOUT"
  /** A lock was not granted within `lock_timeout`, or `NOWAIT` was asked for. */
  | "DB_LOCK_TIMEOUT"
  /** The transaction and another one would not have the same result one after the other; run it again. */
  | "DB_SERIALIZATION_FAILURE"
  /** The transaction and another one waited for each other, and this one was chosen to end; run it again. */
  | "DB_DEADLOCK"
  /** The transaction was rolled back instead of committed, because one of its statements had failed. */
  | "DB_TRANSACTION_ABORTED"
  /** A row with the same unique value exists. */
  | "DB_UNIQUE_VIOLATION"
  /** The row refers to a row that does not exist, or is still referred to. */
  | "DB_FOREIGN_KEY_VIOLATION"
  /** A column that must have a value was given none. */
  | "DB_NOT_NULL_VIOLATION"
  /** The row breaks a CHECK constraint. */
  | "DB_CHECK_VIOLATION"
  /** The row conflicts with another one under an exclusion constraint. */
  | "DB_EXCLUSION_VIOLATION"
  /** A value cannot be stored in its column: out of range, too long or not of the type. */
  | "DB_INVALID_VALUE"
  /** The server accepts no writes: a replica, or a primary that was demoted. */
  | "DB_READ_ONLY"
  /** The server is out of disk space, memory or another limit of its own. */
  | "DB_OUT_OF_RESOURCES"
  /** The database user may not do this. */
  | "DB_PERMISSION_DENIED"
  /** A table, column or function the statement names does not exist: the schema is behind or ahead of the code. */
  | "DB_SCHEMA_MISMATCH"
  /** The statement needs a session of its own, which a pooler in transaction mode does not give. */
  | "DB_SESSION_REQUIRED"
  /** A named prepared statement is gone from its session, as behind a pooler in transaction mode. */
  | "DB_PREPARED_STATEMENT_LOST"
  /** Any other error of the server; `details.sqlState` says which. */
  | "DB_QUERY_FAILED";

/** Everything this package throws on purpose. `details` carries `sqlState`, `constraint`, `table`, `column` and, for a broken key, `columns`; never a value. */
export class DbError extends ShaperailError<DbErrorCode> {
  override readonly name = "DbError";
}

export type MigrateErrorCode =
  /** Two versions of one resource want different columns of the same name. */
  | "MIGRATE_TABLE_CONFLICT"
  /** A field refers to a resource or a field that does not exist. */
  | "MIGRATE_REFERENCE_UNKNOWN"
  /** The migrations folder cannot be read. */
  | "MIGRATE_FOLDER_UNREADABLE"
  /** A file's name is not `NNNN_name.sql`, `NNNN_name.up.sql` or `NNNN_name.down.sql`, or a down file has no up file. */
  | "MIGRATE_FILE_INVALID"
  /** Two files have the same number. */
  | "MIGRATE_DUPLICATE_NUMBER"
  /** A file was changed after it had been applied. */
  | "MIGRATE_FILE_EDITED"
  /** A migration was applied whose file is no longer in the folder. */
  | "MIGRATE_FILE_MISSING"
  /** A migration without a transaction stopped half-way, and somebody has to repair what it left. */
  | "MIGRATE_DIRTY"
  /** A pending file has a lower number than one that was applied. */
  | "MIGRATE_OUT_OF_ORDER"
  /** A statement of a file failed; the message says where. */
  | "MIGRATE_STATEMENT_FAILED"
  /** Another migrator held the lock for longer than `waitTimeoutMs`. */
  | "MIGRATE_LOCKED"
  /** The URL leads through a pooler, where the lock and the settings of the session would leak to others. */
  | "MIGRATE_POOLED_URL"
  /** An option names a migration there is no file of. */
  | "MIGRATE_FILE_UNKNOWN"
  /** Somebody asked to stop; what was finished is applied, the rest is not. */
  | "MIGRATE_INTERRUPTED"
  /** There is no applied migration to roll back. */
  | "MIGRATE_NOTHING_APPLIED"
  /** The migration to roll back has no down file, or an empty one. */
  | "MIGRATE_DOWN_MISSING";

/** Everything `@shaperail/db/migrate` throws on purpose, besides {@link DbError} when the server cannot be reached. */
export class MigrateError extends ShaperailError<MigrateErrorCode> {
  override readonly name = "MigrateError";
}
