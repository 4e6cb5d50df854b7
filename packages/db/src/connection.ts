import { AsyncResource } from "node:async_hooks";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { noopLogger, type Logger } from "@shaperail/core";
import pg from "pg";
import type { ConnectionTarget } from "./connection-url.ts";
import type { DbError } from "./errors.ts";
import { isHostRefused, openEncrypted } from "./open-encrypted.ts";
import { RawQuery, type RawAnswer, type RawQueryConfig } from "./raw-query.ts";
import { cancelSession, type Encryption, openServerSocket, type SessionKey } from "./server-socket.ts";
import { dbError, isServerError, toDbError } from "./sql-state.ts";

export interface ConnectionEvents {
  /** A statement was answered: whoever waits for the connection may go on. */
  readonly onChange?: () => void;
  /** The session has ended and {@link Connection.lost} is true. Statements in flight are about to fail. */
  readonly onLost?: () => void;
  /** The server has passed on a NOTIFY that this session listens to. */
  readonly onNotify?: (channel: string) => void;
}

export interface ConnectionOptions extends ConnectionEvents {
  readonly target: ConnectionTarget;
  readonly applicationName: string;
  /** Longest wait for the server to accept the connection, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** Limits the server itself enforces, in milliseconds; undefined behind a pooler, which refuses start-up parameters. */
  readonly serverTimeouts: { readonly statementMs: number; readonly idleInTransactionMs: number } | undefined;
  readonly logger?: Logger;
  /** Told of statements that take at least `ms`, in the async context of whoever sent them. */
  readonly slow?: { readonly ms: number; readonly report: (text: string, durationMs: number) => void };
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
  /**
   * Gives the connection up: everything in flight fails at once with this error, and the server is asked to stop working
   * on it. Resolves when the session has ended, or when the server has said nothing about it for a second or two.
   */
  abandon(reason: DbError): Promise<void>;
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
const CANCEL_MS = 1_000;
const CANCEL_AGAIN_MS = 20;

/** A running statement: its place in the order is its place in the set. */
interface Pending {
  readonly sentAt: number;
  /** Tells the one who waits. The entry itself stays until the server has answered. */
  readonly fail: (error: DbError) => void;
}

/** @throws {@link DbError} `DB_UNAVAILABLE`, `DB_AUTHENTICATION_FAILED`, `DB_DATABASE_NOT_FOUND`, `DB_TOO_MANY_CONNECTIONS`, or a code about TLS or certificates. */
export function openConnection(options: ConnectionOptions): Promise<Connection> {
  const signal = AbortSignal.timeout(options.target.connectTimeoutMs ?? options.connectTimeoutMs);
  return openEncrypted(options.target.tls.mode, (encryption) => openSession(options, { encryption, signal }));
}

interface Attempt {
  readonly encryption: Encryption;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
}

async function openSession(
  {
    target,
    applicationName,
    serverTimeouts,
    logger = noopLogger,
    onChange = () => undefined,
    onLost = () => undefined,
    onNotify,
    slow,
  }: ConnectionOptions,
  { encryption, signal }: Attempt,
): Promise<Connection> {
  const { socket, isEncrypted } = await openServerSocket(target, { encryption, signal });
  const client = new pg.Client({
    host: target.host,
    port: target.port,
    user: target.user,
    password: target.password,
    database: target.database,
    ssl: false,
    stream: () => alreadyConnected(socket),
    enableChannelBinding: target.channelBinding,
    application_name: target.applicationName ?? applicationName,
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
  if (onNotify !== undefined) client.on("notification", ({ channel }) => onNotify(channel));
  client.on("end", () => lose(new Error("The connection was closed.")));

  const giveUp = (): void => void socket.destroy();
  signal.addEventListener("abort", giveUp);
  try {
    await client.connect();
    lastAnswerAt = performance.now();
  } catch (error) {
    ended = true;
    socket.destroy();
    throw isServerError(error) ? refused(error, isEncrypted) : dbError("DB_UNAVAILABLE", { cause: error });
  } finally {
    signal.removeEventListener("abort", giveUp);
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
  function begin(text: string, fail: (error: DbError) => void): () => void {
    const entry: Pending = { sentAt: performance.now(), fail };
    pending.add(entry);
    // An answer comes in the context of the socket, in which nobody knows whose statement it was.
    const sender = slow === undefined ? undefined : new AsyncResource("shaperail.statement");
    return () => {
      const now = performance.now();
      const durationMs = now - Math.max(entry.sentAt, lastAnswerAt);
      if (slow !== undefined && durationMs >= slow.ms) {
        sender?.runInAsyncScope(slow.report, undefined, text, durationMs);
      }
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
        const settled = begin(query.text, reject);
        client.query(
          new RawQuery(query, (error, answer) => {
            settled();
            if (answer === undefined) return reject(failure(error));
            if (query.name !== undefined) prepared.add(query.name);
            resolve(answer);
          }),
        );
      }),
    query: <R>(text: string, values: readonly unknown[]): Promise<TypedAnswer<R>> =>
      new Promise((resolve, reject) => {
        const settled = begin(text, reject);
        client.query<R & pg.QueryResultRow>(text, [...values]).then(
          ({ rows, rowCount, command }) => {
            settled();
            resolve({ rows, rowCount: rowCount ?? 0, command });
          },
          (error: unknown) => {
            settled();
            reject(failure(error));
          },
        );
      }),
    async abandon(reason) {
      lostBecause ??= reason;
      lose(reason);
      for (const { fail } of pending) fail(reason);
      if (pending.size > 0) await cancel();
      // What the server still works on cannot be stopped: not even by the end of the session, which it does not see.
      if (pending.size > 0) socket.destroy();
      await end();
    },
    end,
  };

  /** A cancellation stops one statement, and others may wait behind it. */
  async function cancel(): Promise<void> {
    const key = sessionKey(client);
    const deadline = AbortSignal.timeout(CANCEL_MS);
    const options = { encryption: isEncrypted ? "always" : "never", signal: deadline, key } as const;
    while (pending.size > 0 && key !== undefined && !deadline.aborted) {
      await cancelSession(target, { ...options, key }).catch(() => undefined);
      await sleep(CANCEL_AGAIN_MS);
    }
  }

  async function end(): Promise<void> {
    ended = true;
    lostBecause ??= dbError("DB_CLOSED");
    // A silent server never answers the goodbye, and end() waits for the socket to close.
    const timer = setTimeout(() => socket.destroy(), GOODBYE_MS);
    await client.end();
    clearTimeout(timer);
  }
}

/** The driver connects its stream itself; this one is told apart by nothing but being there already. */
function alreadyConnected(socket: Socket): Socket {
  socket.connect = () => {
    queueMicrotask(() => socket.emit("connect"));
    return socket;
  };
  return socket;
}

/** The driver keeps the key to itself: it has a method to cancel, which knows neither TLS nor a deadline. */
function sessionKey(client: pg.Client): SessionKey | undefined {
  const [processId, secret]: unknown[] = [Reflect.get(client, "processID"), Reflect.get(client, "secretKey")];
  return typeof processId === "number" && typeof secret === "number" ? { processId, secret } : undefined;
}

/** A server may ask for encryption in its pg_hba.conf, and then says no more than that it has no entry for us. */
function refused(error: Error, isEncrypted: boolean): DbError {
  const translated = toDbError(error);
  if (isEncrypted || !isHostRefused(translated)) return translated;
  const { code, message, details, cause } = translated;
  const hint =
    "The server may accept encrypted connections only: set sslmode=require. Otherwise correct user and host.";
  return dbError(code, { message, hint, details, cause });
}
