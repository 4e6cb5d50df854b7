import type { ConnectionOptions } from "node:tls";
import { type Closeable, closeable, type Logger, noopLogger } from "@shaperail/core";
import type { Cluster, Redis } from "ioredis";
import { CacheError } from "./errors.ts";
import { createClient } from "./redis-client.ts";
import { toCacheError } from "./redis-error.ts";
import { describeTarget, parseRedisUrl } from "./redis-url.ts";

export interface RedisOptions {
  /**
   * `redis://user:password@host:6379/0`, `rediss://…` for TLS, `redis+sentinel://host:26379,host:26379/master-name/0` or
   * `redis+cluster://host:6379,host:6379`; the last two also as `rediss+…`.
   */
  readonly url: string;
  /** Longest wait for the answer to any command, in milliseconds; a paused server answers nothing and keeps the connection. @default 1_000 */
  readonly commandTimeoutMs?: number;
  /** Longest wait for the server to accept a connection, in milliseconds. @default 2_000 */
  readonly connectTimeoutMs?: number;
  /** A connection that owes answers and is silent for this many milliseconds is given up and made anew. @default 2_000 */
  readonly socketTimeoutMs?: number;
  /** Longest wait of `close()` for commands under way, in milliseconds. @default 250 */
  readonly closeTimeoutMs?: number;
  /** Whether commands wait while there is no connection, for `commandTimeoutMs` at most; otherwise they fail at once. @default false */
  readonly offlineQueue?: boolean;
  /** Whether commands of one tick are sent together. @default true */
  readonly autoPipelining?: boolean;
  /** Certificates and the like, for `rediss` URLs; `sslrootcert`, `sslcert` and `sslkey` of the URL name files. @default Node's */
  readonly tls?: ConnectionOptions;
  /** Shown in `CLIENT LIST`. @default "shaperail" */
  readonly connectionName?: string;
  /** Random number from 0 to 1, for the pauses between attempts to connect. @default Math.random */
  readonly random?: () => number;
  /** @default a logger that writes nothing */
  readonly logger?: Logger;
}

/** One connection (with a cluster, one per node) that mends itself. */
export interface RedisConnection extends Closeable {
  /** The client of ioredis, for libraries that want one. Its `error` events are taken care of. */
  readonly client: Redis | Cluster;
  readonly isCluster: boolean;
  /** The URL without credentials. */
  readonly address: string;
  /**
   * Identity of the server process behind the connection: another one after a restart or a failover. Empty when the server
   * does not tell, and for a cluster; `undefined` while there is no connection.
   */
  serverId(): string | undefined;
  /**
   * Proves once that the server can be used. Nothing else needs it: the connection is made by itself.
   *
   * @throws {@link CacheError} `CACHE_UNAVAILABLE`, `CACHE_AUTHENTICATION_FAILED`, `CACHE_TLS_FAILED`, `CACHE_TIMEOUT`
   */
  connect(): Promise<void>;
  /** Resolves when the server answers. @throws {@link CacheError} like `connect`. */
  ping(): Promise<void>;
  /** Calls the listener now when there is a connection, and each time there is a new one. Returns what stops that. */
  onConnect(listener: () => void): () => void;
  /** Calls the listener each time the connection is lost. Returns what stops that. */
  onDisconnect(listener: () => void): () => void;
  /** Another connection with the same options but those given. The caller closes it. */
  duplicate(overrides?: Partial<RedisOptions>): RedisConnection;
}

/**
 * Opens a connection to Redis in the background and keeps it. It throws only when the URL is wrong.
 *
 * @throws {@link CacheError} `CACHE_URL_INVALID`
 */
export function openRedis(options: RedisOptions): RedisConnection {
  const {
    url,
    commandTimeoutMs = 1_000,
    connectTimeoutMs = 2_000,
    socketTimeoutMs = 2_000,
    closeTimeoutMs = 250,
    offlineQueue = false,
    autoPipelining = true,
    tls,
    connectionName = "shaperail",
    random = Math.random,
    logger: parentLogger = noopLogger,
  } = options;
  const logger = parentLogger.child("shaperail_runtime::cache");
  const target = parseRedisUrl(url);
  if (tls !== undefined && target.tls === undefined) {
    throw new TypeError("tls is set, but the Redis URL does not start with rediss.");
  }
  const address = describeTarget(target);
  const isCluster = target.topology.kind === "cluster";
  const client = createClient({
    target,
    tls,
    commandTimeoutMs,
    connectTimeoutMs,
    socketTimeoutMs,
    offlineQueue,
    autoPipelining,
    connectionName,
    random,
  });
  const onConnect = new Set<() => void>();
  const onDisconnect = new Set<() => void>();
  const waiting = new Set<(error: CacheError | undefined) => void>();
  let serverId: string | undefined;
  let reported = "";
  let isClosed = false;

  const settleWaiting = (error?: CacheError): void => {
    for (const settle of waiting) settle(error);
    waiting.clear();
  };
  const becomeUsable = (id: string): void => {
    serverId = id;
    if (reported !== "") logger.info("Redis is connected again", { address });
    reported = "";
    settleWaiting();
    for (const listener of onConnect) listener();
  };
  const fail = (error: CacheError): void => {
    settleWaiting(error);
    // It fails the same way with every attempt; one line says it.
    if (reported === error.message || isClosed) return;
    reported = error.message;
    logger.warn("Redis is not connected", { error });
  };
  // With no listener ioredis prints to standard error, and Node may end the process.
  client.on("error", (error: unknown) => fail(toCacheError(error, address)));
  client.on("ready", () => {
    if (isCluster) return becomeUsable("");
    client.info("server").then(
      (info) => becomeUsable(/^run_id:(\w+)/m.exec(info)?.[1] ?? ""),
      (thrown: unknown) => {
        const error = toCacheError(thrown, address);
        // An ACL may hide INFO. Anything else means that the connection is of no use.
        if (error.code === "CACHE_COMMAND_FAILED") return becomeUsable("");
        fail(error);
        if (!isClosed) client.disconnect(true);
      },
    );
  });
  client.on("close", () => {
    if (serverId === undefined) return;
    serverId = undefined;
    if (!isClosed) {
      reported = "lost";
      logger.warn("The connection to Redis was lost", { address });
    }
    for (const listener of onDisconnect) listener();
  });

  const closedError = (): CacheError =>
    new CacheError(`The connection to Redis at ${address} was closed.`, {
      code: "CACHE_UNAVAILABLE",
      hint: "Do not use it after close().",
    });
  const connect = async (): Promise<void> => {
    if (isClosed) throw closedError();
    if (serverId !== undefined) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const settle = (error?: CacheError): void => (error === undefined ? resolve() : reject(error));
    const timer = setTimeout(() => {
      waiting.delete(settle);
      settle(
        new CacheError(`Redis at ${address} did not answer in time.`, {
          code: "CACHE_TIMEOUT",
          hint: "Look at what keeps Redis busy, or raise connectTimeoutMs.",
        }),
      );
    }, connectTimeoutMs);
    waiting.add(settle);
    await promise.finally(() => clearTimeout(timer));
  };
  const subscribeTo = (listeners: Set<() => void>) => (listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };

  return {
    client,
    isCluster,
    address,
    serverId: () => serverId,
    connect,
    async ping() {
      try {
        await client.ping();
      } catch (error) {
        throw toCacheError(error, address);
      }
    },
    onConnect(listener) {
      if (serverId !== undefined) listener();
      return subscribeTo(onConnect)(listener);
    },
    onDisconnect: subscribeTo(onDisconnect),
    duplicate: (overrides = {}) => openRedis({ ...options, ...overrides }),
    ...closeable(async () => {
      isClosed = true;
      settleWaiting(closedError());
      await endClient(client, closeTimeoutMs);
      serverId = undefined;
    }),
  };
}

/** Lets commands under way finish, within the time, and then drops the connection whatever the server does. */
async function endClient(client: Redis | Cluster, timeoutMs: number): Promise<void> {
  if (client.status === "end") return;
  const ended = new Promise<void>((resolve) => client.once("end", () => resolve()));
  if (client.status === "ready") await within(client.quit(), timeoutMs);
  client.disconnect();
  // Between two attempts to connect there is nothing whose end could be heard of.
  await within(ended, timeoutMs);
}

/** Resolves when the work has ended, or the time is over. */
function within(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    const finish = (): void => {
      clearTimeout(timer);
      resolve();
    };
    work.then(finish, finish);
  });
}
