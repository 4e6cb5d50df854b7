import { noopLogger, type Logger } from "@shaperail/core";
import pg from "pg";
import type { ConnectionTarget } from "./connection-url.ts";
import type { DbError } from "./errors.ts";
import { RawQuery, type RawAnswer, type RawQueryConfig } from "./raw-query.ts";
import { dbError, isServerError, toDbError } from "./sql-state.ts";

export interface ConnectionEvents {
  /** A statement was answered: whoever waits for the connection may go on. */
  readonly onChange?: () => void;
  /** The session has ended and {@link Connection.lost} is true. Statements in flight are about to fail. */
  readonly onLost?: () => void;
}

export interface ConnectionOptions extends ConnectionEvents {
  readonly target: ConnectionTarget;
  readonly applicationName: string;
  /** Longest wait for the server to accept the connection, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** Limits the server itself enforces, in milliseconds; undefined behind a pooler, which refuses start-up parameters. */
  readonly serverTimeouts: { readonly statementMs: number; readonly idleInTransactionMs: number } | undefined;
  readonly logger?: Logger;
  readonly onSettled?: (text: string, durationMs: number) => void;
}

/** One session of the server, on which statements are sent one behind the other and answered in that order. */
export interface Connection {
  /** Statements sent and not yet answered. */
  readonly inFlight: number;
  /** When the oldest unanswered statement was sent, on the clock of `performance.now()`; 0 when there is none. */
  readonly oldestSentAt: number;
  /** How long the server has been at work on the statement it answers next, in milliseconds; 0 when it is idle. */
  busyMs(now: number): number;
  /** When the last answer came, on the clock of `performance.now()`. */
  readonly lastAnswerAt: number;
  readonly lost: boolean;
  /** Process id the server gave for this session; a pooler makes one up. */
  readonly processId: unknown;
  /** False inside a transaction, also one that somebody forgot to end. */
  readonly isIdleSession: boolean;
  /** True once the server has confirmed a prepared statement of this name. */
  hasPrepared(name: string): boolean;
  send(query: RawQueryConfig): Promise<RawAnswer>;
  /** Rows as objects with the driver's default types: for the query builder, not for the hot path. */
  query<R>(text: string, values: readonly unknown[]): Promise<TypedAnswer<R>>;
  /** Breaks the connection; everything in flight fails with this error. */
  destroy(reason: DbError): void;
  /** Says goodbye to the server; breaks the connection when it does not answer within a second. */
  end(): Promise<void>;
}

/** Rows as objects, as the caller says they are. */
export interface TypedAnswer<R> {
  readonly rows: R[];
  readonly rowCount: number;
  readonly command: string;
}

const GOODBYE_MS = 1_000;

/** A running statement: its place in the order is its place in the set. */
interface Pending {
  readonly sentAt: number;
}

/** @throws {@link DbError} `DB_UNAVAILABLE`, `DB_AUTHENTICATION_FAILED`, `DB_DATABASE_NOT_FOUND` or `DB_TOO_MANY_CONNECTIONS`. */
export async function openConnection({
  target,
  applicationName,
  connectTimeoutMs,
  serverTimeouts,
  logger = noopLogger,
  onChange = () => undefined,
  onLost = () => undefined,
  onSettled,
}: ConnectionOptions): Promise<Connection> {
  const client = new pg.Client({
    host: target.host,
    port: target.port,
    user: target.user,
    password: target.password,
    database: target.database,
    ssl: target.ssl,
    enableChannelBinding: target.channelBinding,
    application_name: target.applicationName ?? applicationName,
    connectionTimeoutMillis: target.connectTimeoutMs ?? connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    pipeline: true,
    ...(serverTimeouts === undefined
      ? {}
      : {
          statement_timeout: serverTimeouts.statementMs,
          idle_in_transaction_session_timeout: serverTimeouts.idleInTransactionMs,
        }),
  });
  const pending = new Set<Pending>();
  const prepared = new Set<string>();
  let lostBecause: DbError | undefined;
  let lost = false;
  let ended = false;
  let lastAnswerAt = -Infinity;

  const lose = (error: unknown): void => {
    if (lost) return;
    lost = true;
    lostBecause ??= isServerError(error) ? toDbError(error) : dbError("DB_UNAVAILABLE", { cause: error });
    if (!ended) logger.warn("Database connection lost", { code: lostBecause.code, reason: lostBecause.message });
    onLost();
  };
  // pg emits `error` when a session ends while nobody waits for an answer; with no listener Node ends the process.
  client.on("error", lose);
  client.on("end", () => lose(new Error("The connection was closed.")));

  try {
    await client.connect();
    lastAnswerAt = performance.now();
  } catch (error) {
    ended = true;
    client.connection.stream.destroy();
    throw isServerError(error) ? toDbError(error) : dbError("DB_UNAVAILABLE", { cause: error });
  }

  const failure = (error: unknown): DbError => {
    if (isServerError(error)) {
      // After FATAL the server closes the session; nothing more may be sent on it.
      if (error.severity !== "ERROR") lose(error);
      return toDbError(error);
    }
    return lostBecause ?? toDbError(error);
  };

  /** Notes a statement as sent, and gives back what to call when it is answered. */
  function begin(text: string): () => void {
    const entry: Pending = { sentAt: performance.now() };
    pending.add(entry);
    return () => {
      const now = performance.now();
      onSettled?.(text, now - Math.max(entry.sentAt, lastAnswerAt));
      lastAnswerAt = now;
      pending.delete(entry);
      onChange();
    };
  }

  return {
    get inFlight() {
      return pending.size;
    },
    get oldestSentAt() {
      const [oldest] = pending;
      return oldest?.sentAt ?? 0;
    },
    busyMs(now) {
      const [oldest] = pending;
      return oldest === undefined ? 0 : now - Math.max(oldest.sentAt, lastAnswerAt);
    },
    get lastAnswerAt() {
      return lastAnswerAt;
    },
    get lost() {
      return lost;
    },
    get processId(): unknown {
      return Reflect.get(client, "processID");
    },
    get isIdleSession() {
      return client.getTransactionStatus() === "I";
    },
    hasPrepared: (name) => prepared.has(name),
    send: (query) =>
      new Promise((resolve, reject) => {
        const settled = begin(query.text);
        client.query(
          new RawQuery(query, (error, answer) => {
            settled();
            if (answer === undefined) return reject(failure(error));
            if (query.name !== undefined) prepared.add(query.name);
            resolve(answer);
          }),
        );
      }),
    async query<R>(text: string, values: readonly unknown[]): Promise<TypedAnswer<R>> {
      const settled = begin(text);
      try {
        const { rows, rowCount, command } = await client.query<R & pg.QueryResultRow>(text, [...values]);
        return { rows, rowCount: rowCount ?? 0, command };
      } catch (error) {
        throw failure(error);
      } finally {
        settled();
      }
    },
    destroy(reason) {
      lostBecause ??= reason;
      client.connection.stream.destroy();
      lose(reason);
    },
    async end() {
      ended = true;
      lostBecause ??= dbError("DB_CLOSED");
      // A silent server never answers the goodbye, and end() waits for the socket to close.
      const timer = setTimeout(() => client.connection.stream.destroy(), GOODBYE_MS);
      await client.end();
      clearTimeout(timer);
    },
  };
}
