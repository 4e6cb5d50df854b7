import {
  closeable,
  noopLogger,
  withDeadline,
  type Closeable,
  type Logger,
  type ObservationAttributes,
  type Observer,
} from "@shaperail/core";
import type { Kysely } from "kysely";
import { connectError } from "./connect-error.ts";
import { parseConnectionUrl } from "./connection-url.ts";
import { openConnection, type Connection, type ConnectionEvents } from "./connection.ts";
import { DbError } from "./errors.ts";
import { createPoolKysely, type ObserveQuery } from "./kysely-driver.ts";
import { createPing, type PingRequest } from "./ping.ts";
import { createPool, type PoolStats } from "./pool.ts";
import { createStatementRunner, type StatementRunner } from "./run-statement.ts";
import { probeServer } from "./server-socket.ts";
import { dbError, isStartupRefused } from "./sql-state.ts";
import type { RawResult, RawValue, Statement } from "./statement.ts";
import { beginSql, runTransaction, type Transaction, type TransactionOptions } from "./transaction.ts";

export interface DatabaseOptions {
  /** `postgresql://user:password@host:5432/name?sslmode=verify-full`. */
  readonly url: string;
  /** Most connections to the server, whatever they are used for. @default 20 */
  readonly poolSize?: number;
  /** Name of the connection in logs and observations. @default "default" */
  readonly name?: string;
  /** Longest wait for a free connection, in milliseconds; then `DB_POOL_EXHAUSTED`. @default 5_000 */
  readonly acquireTimeoutMs?: number;
  /** Longest wait for the server to accept a connection, in milliseconds; then `DB_UNAVAILABLE`. @default 5_000 */
  readonly connectTimeoutMs?: number;
  /**
   * Longest wait for an answer, in milliseconds; then what was sent on the connection fails with `DB_TIMEOUT`, the server
   * is asked to cancel it, and the connection is given up. It is there for a server that does not answer, and for a pooler,
   * which enforces no `statementTimeoutMs` outside of transactions: keep it above that, so that a slow statement is ended
   * by the server and costs no connection.
   * @default one second more than `statementTimeoutMs`; 31_000 when that is 0
   */
  readonly queryTimeoutMs?: number;
  /** Longest run of a statement, in milliseconds, enforced by the server; then `DB_TIMEOUT`. `0` is no limit. @default 30_000 */
  readonly statementTimeoutMs?: number;
  /** Longest pause inside a transaction, in milliseconds, enforced by the server. `0` is no limit. @default 60_000 */
  readonly idleInTransactionTimeoutMs?: number;
  /** An unused connection is closed after this many milliseconds. @default 60_000 */
  readonly idleTimeoutMs?: number;
  /** Longest wait for running work when closing, in milliseconds; what is left then fails with `DB_CLOSED`. @default 5_000 */
  readonly closeTimeoutMs?: number;
  /**
   * Whether statements are kept prepared on the server. `false` is the mode for a pooler such as PgBouncer in
   * transaction mode: no named statements, no start-up parameters, nothing sent ahead; timeouts are set per transaction.
   * `"auto"` is `false` when the URL says `pgbouncer=true`, and becomes it when the server shows that it is a pooler: by
   * refusing start-up parameters, by a process id of its own making, or by losing a prepared statement.
   * @default "auto"
   */
  readonly preparedStatements?: boolean | "auto";
  /** Shown in `pg_stat_activity`. @default "shaperail" */
  readonly applicationName?: string;
  /** Statements that take at least this many milliseconds are logged as WARN. `undefined` is off. @default undefined */
  readonly slowQueryMs?: number;
  /** @default a logger that writes nothing */
  readonly logger?: Logger;
  /** Sees every statement as `db.query`, those of the query builder too. @default none, which costs nothing */
  readonly observer?: Observer;
}

export interface Database extends Closeable {
  readonly name: string;
  /**
   * Proves once, at start, that the server can be used.
   *
   * @throws `DbError` with one of `DB_UNAVAILABLE`, `DB_AUTHENTICATION_FAILED`, `DB_DATABASE_NOT_FOUND`, `DB_TOO_MANY_CONNECTIONS`
   */
  connect(): Promise<void>;
  /** Runs one statement in a transaction of its own. Rows come back as PostgreSQL's text. */
  run(statement: Statement, values: readonly RawValue[]): Promise<RawResult>;
  /** Runs the work in one transaction on one connection: committed when it resolves, rolled back when it throws. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** A query builder on the same pool, for what is not on the hot path. It needs no closing. */
  kysely<Schema>(): Kysely<Schema>;
  /**
   * Resolves when the server answers. A recent answer to anybody counts; otherwise it asks on a free connection, and when
   * none is free whether the server accepts another, without opening it.
   *
   * @throws `DbError`, among others `DB_READ_ONLY` when it must accept writes and does not
   */
  ping(request?: PingRequest): Promise<void>;
  stats(): PoolStats;
}

/** Reads sent ahead on one connection. Deeper gains nothing and makes a broken connection fail more of them. */
const PIPELINE_DEPTH = 16;

/**
 * Opens a pool of connections to PostgreSQL. Nothing is connected until it is needed; {@link Database.connect} asks early.
 *
 * @throws `DbError` with the code `DB_URL_INVALID`
 */
export function createDatabase({
  url,
  poolSize = 20,
  name = "default",
  acquireTimeoutMs = 5_000,
  connectTimeoutMs = 5_000,
  statementTimeoutMs = 30_000,
  queryTimeoutMs = (statementTimeoutMs || 30_000) + 1_000,
  idleInTransactionTimeoutMs = 60_000,
  idleTimeoutMs = 60_000,
  closeTimeoutMs = 5_000,
  preparedStatements = "auto",
  applicationName = "shaperail",
  slowQueryMs,
  logger: parentLogger = noopLogger,
  observer,
}: DatabaseOptions): Database {
  if (!Number.isInteger(poolSize) || poolSize < 1)
    throw new TypeError(`poolSize is ${poolSize}, not a whole number above 0.`);
  const target = parseConnectionUrl(url);
  const logger = parentLogger.child("shaperail_runtime::db");
  if (target.ignored.length > 0)
    logger.warn("Parameters of the database URL have no effect", { parameters: target.ignored });

  const timeouts = { statementMs: statementTimeoutMs, idleInTransactionMs: idleInTransactionTimeoutMs };
  let isVerified = false;
  let direct = preparedStatements === "auto" ? !target.pooled : preparedStatements;

  function notePooler(sign: string): void {
    if (!direct) return;
    direct = preparedStatements !== "auto";
    logger.warn("The database seems to be behind a pooler in transaction mode", {
      sign,
      hint: "Set preparedStatements to false, or add pgbouncer=true to the URL.",
      prepared_statements: direct,
    });
  }

  /** Asked once: poolers that let every start-up parameter pass are found out before they lose a statement. */
  async function verify(connection: Connection): Promise<void> {
    const ask = (): Promise<RawResult> =>
      connection.send({ text: "select pg_backend_pid()", values: [], name: undefined });
    const { rows } = await withDeadline(ask, { timeoutMs: connectTimeoutMs, what: "The database" }).catch(
      (error: unknown) => {
        const silent = error instanceof DbError ? error : dbError("DB_UNAVAILABLE", { cause: error });
        void connection.abandon(silent);
        throw silent;
      },
    );
    isVerified = true;
    if (rows[0]?.[0] !== String(connection.processId)) notePooler("another process answers than the one it names");
  }

  async function open(events: ConnectionEvents): Promise<Connection> {
    const wasDirect = direct;
    try {
      const connection = await openConnection({
        target,
        applicationName,
        connectTimeoutMs,
        serverTimeouts: direct ? timeouts : undefined,
        logger,
        ...events,
        slow: slowQueryMs === undefined ? undefined : { ms: slowQueryMs, report: reportSlow },
      });
      if (direct && !isVerified && preparedStatements === "auto") await verify(connection);
      return connection;
    } catch (error) {
      if (!isStartupRefused(error) || !wasDirect) throw error;
      notePooler("it refuses start-up parameters");
      if (direct) throw error;
      return open(events);
    }
  }

  function reportSlow(sql: string, durationMs: number): void {
    logger.warn("Slow query detected", { duration_ms: Math.round(durationMs), threshold_ms: slowQueryMs, sql });
  }

  const pool = createPool({
    open,
    size: poolSize,
    depth: () => (direct ? PIPELINE_DEPTH : 1),
    acquireTimeoutMs,
    queryTimeoutMs,
    idleTimeoutMs,
    closeTimeoutMs,
  });
  const runner = createStatementRunner({
    pool,
    isNaming: () => direct,
    onStatementLost: () => notePooler("it lost a prepared statement"),
  });
  const begin = (settings: Parameters<typeof beginSql>[0]): string => beginSql(settings, direct ? undefined : timeouts);
  const observed = ({ run, runOn }: StatementRunner, { observe }: Observer): StatementRunner => {
    const attributesOf = (statement: Statement): ObservationAttributes => ({
      "db.connection": name,
      "db.query.summary": statement.name,
      "db.statement": statement.text,
    });
    return {
      run: (statement, values) => observe("db.query", attributesOf(statement), () => run(statement, values)),
      runOn: (connection, statement, values) =>
        observe("db.query", attributesOf(statement), () => runOn(connection, statement, values)),
    };
  };
  // Whoever builds a query by hand gives it no name.
  const observeQuery: ObserveQuery | undefined =
    observer &&
    ((text, work) => observer.observe("db.query", { "db.connection": name, "db.statement": text }, () => work()));
  const { run, runOn } = observer === undefined ? runner : observed(runner, observer);

  return {
    name,
    async connect() {
      try {
        await pool.lease(async () => undefined);
      } catch (error) {
        throw connectError(error, { url, name });
      }
    },
    run,
    transaction: (work, { isolation, readOnly = false } = {}) =>
      pool.lease((connection) =>
        runTransaction(connection, work, {
          begin: begin({ isolationLevel: isolation, accessMode: readOnly ? "read only" : undefined }),
          run: (statement, values) => runOn(connection, statement, values),
          observe: observeQuery,
        }),
      ),
    kysely: <Schema>() => createPoolKysely<Schema>(pool.lease, { begin, observe: observeQuery }),
    ping: createPing({ pool, probe: (signal) => probeServer(target, signal) }),
    stats: pool.stats,
    ...closeable(pool.close),
  };
}
