import type { ConnectionOptions } from "node:tls";
import { Cluster, type CommonRedisOptions, Redis } from "ioredis";
import type { RedisTarget } from "./redis-url.ts";

/** How a client of ioredis is set up. */
export interface ClientSettings {
  readonly target: RedisTarget;
  readonly tls: ConnectionOptions | undefined;
  readonly commandTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly socketTimeoutMs: number;
  readonly offlineQueue: boolean;
  readonly autoPipelining: boolean;
  readonly connectionName: string;
  readonly random: () => number;
}

const LONGEST_PAUSE_MS = 1_000;
const READ_ONLY_PAUSE_MS = 5_000;

/** A client that keeps trying to connect, with growing pauses, and lets no command wait for longer than its timeout. */
export function createClient(settings: ClientSettings): Redis | Cluster {
  const { target, connectTimeoutMs, commandTimeoutMs, offlineQueue, autoPipelining } = settings;
  const { topology, database } = target;
  const retryStrategy = (attempt: number): number => reconnectPauseMs(attempt, settings.random);
  const options = connectionOptions(settings);
  switch (topology.kind) {
    case "single":
      return new Redis({ ...options, ...topology.address, db: database, retryStrategy, enableReadyCheck: false });
    case "sentinel":
      return new Redis({
        ...options,
        db: database,
        retryStrategy,
        // It compares the role of what the Sentinels named with "master".
        enableReadyCheck: true,
        sentinels: [...topology.sentinels],
        name: topology.master,
        sentinelUsername: topology.login.username,
        sentinelPassword: topology.login.password,
        sentinelTLS: options.tls,
        enableTLSForSentinelMode: options.tls !== undefined,
        sentinelCommandTimeout: commandTimeoutMs,
        sentinelRetryStrategy: retryStrategy,
      });
    case "cluster":
      return new Cluster([...topology.nodes], {
        redisOptions: options,
        enableOfflineQueue: offlineQueue,
        enableAutoPipelining: autoPipelining,
        clusterRetryStrategy: retryStrategy,
        slotsRefreshTimeout: connectTimeoutMs,
        slotsRefreshInterval: 30_000,
        // A certificate is for a name: resolving it first would leave only the address to compare with.
        ...(options.tls === undefined ? {} : { dnsLookup: (name, done) => done(null, name) }),
      });
  }
}

function connectionOptions({ target, tls, ...settings }: ClientSettings): CommonRedisOptions & {
  readonly tls?: ConnectionOptions;
  readonly disconnectTimeout: number;
} {
  const encryption = tls === undefined && target.tls === undefined ? undefined : { ...target.tls, ...tls };
  return {
    username: target.login.username,
    password: target.login.password,
    // RESP3 authenticates inside HELLO, whose failure quotes its arguments, and ioredis drops its invalidation messages.
    protocol: 2,
    connectTimeout: settings.connectTimeoutMs,
    commandTimeout: settings.commandTimeoutMs,
    socketTimeout: settings.socketTimeoutMs,
    // A paused server never closes its side; then close() must not wait for it.
    disconnectTimeout: 100,
    enableOfflineQueue: settings.offlineQueue,
    enableAutoPipelining: settings.autoPipelining,
    connectionName: settings.connectionName,
    disableClientInfo: true,
    // What was under way when the connection broke fails at once; whoever asked decides what to do about it.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    reconnectOnError: createReadOnlyCheck(),
    autoResubscribe: false,
    ...(encryption === undefined ? {} : { tls: encryption }),
  };
}

/**
 * A managed Redis makes the master a replica without ending its connections: only a write tells, and connecting again leads
 * to the new master. Where there is none, once in a while is enough.
 */
function createReadOnlyCheck(): (error: Error) => boolean {
  let last = Number.NEGATIVE_INFINITY;
  return ({ message }) => {
    const now = performance.now();
    if (!message.startsWith("READONLY") || now - last < READ_ONLY_PAUSE_MS) return false;
    last = now;
    return true;
  };
}

function reconnectPauseMs(attempt: number, random: () => number): number {
  const longest = Math.min(LONGEST_PAUSE_MS, 25 * 2 ** Math.min(attempt, 10));
  // Instances that lost the same server do not come back in the same millisecond.
  return Math.ceil(longest * (0.5 + random() / 2));
}
