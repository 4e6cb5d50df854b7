import { Socket } from "node:net";
import {
  createPostgresBackend,
  type Job,
  type Processor,
  Queue,
  Worker,
  withBackend,
  type WorkerOptions as BullWorkerOptions,
} from "bullmq";
import { Redis, type RedisOptions } from "ioredis";
import type { Envelope } from "./envelope.ts";

/** Where jobs are kept. */
export type JobsBackend = RedisJobsBackend | PostgresJobsBackend;

/** A Redis of the jobs' own: with another eviction policy than `noeviction` it loses jobs. */
export interface RedisJobsBackend {
  readonly kind: "redis";
  /** `redis://user:password@host:6379/0`, or `rediss://` for TLS. */
  readonly url: string;
  /** First part of every key. In braces, so that a Redis Cluster keeps a queue on one node. @default "{shaperail}" */
  readonly prefix?: string;
}

/** Tables in a PostgreSQL schema of their own, made by `migrateJobs`. */
export interface PostgresJobsBackend {
  readonly kind: "postgres";
  /** `postgresql://user:password@host:5432/name`. Not a pooler in transaction mode: workers LISTEN. */
  readonly url: string;
  /** @default "shaperail_jobs" */
  readonly schema?: string;
  /** Most connections of one queue or worker, without the one that listens. @default 5 */
  readonly poolSize?: number;
}

export type BullJob = Job<unknown, unknown>;
type QueueMethods =
  | "add"
  | "addBulk"
  | "close"
  | "getCountsPerPriority"
  | "getJob"
  | "getJobCounts"
  | "getJobs"
  | "getJobState"
  | "waitUntilReady";
type SchedulerMethods = "getJobSchedulers" | "removeJobScheduler" | "upsertJobScheduler";
export type BullQueue = Pick<Queue<Envelope>, QueueMethods | SchedulerMethods> & {
  on(event: "error", listener: (error: Error) => void): unknown;
};
export interface BullWorker extends Pick<Worker<unknown, unknown>, "close" | "run" | "waitUntilReady"> {
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "failed", listener: (job: BullJob | undefined, error: Error) => void): unknown;
  on(event: "lockRenewalFailed", listener: (jobIds: string[]) => void): unknown;
  on(event: "stalled", listener: (jobId: string) => void): unknown;
}
export type BullProcessor = Processor<unknown, unknown>;
export type WorkerSettings = Omit<BullWorkerOptions, "connection" | "prefix">;

/** One client of the backend; a queue or a worker owns it. */
export interface BackendClient {
  openQueue(name: string): BullQueue;
  openWorker(name: string, process: BullProcessor, settings: WorkerSettings): BullWorker;
  /** Lets go of the server at once, whatever is under way. */
  release(): void;
}

/** A client for adding and reading: what is asked while the server does not answer fails within `timeoutMs`. */
export function producerClient(backend: JobsBackend, { timeoutMs }: { readonly timeoutMs: number }): BackendClient {
  return backend.kind === "redis"
    ? redisClient(backend, {
        // Only this makes a command fail when the server is stopped in its tracks: the socket stays open and silent.
        commandTimeout: timeoutMs,
        enableOfflineQueue: false,
        // A command that was under way when the connection broke fails at once instead of waiting for the next one.
        maxRetriesPerRequest: 0,
      })
    : postgresClient(backend, timeoutMs);
}

/** A client for taking jobs: it waits out an outage, because a worker has nothing else to do. */
export function workerClient(backend: JobsBackend): BackendClient {
  return backend.kind === "redis"
    ? // No commandTimeout: the command that waits for a job is silent by design, for ten seconds at most.
      redisClient(backend, { maxRetriesPerRequest: null })
    : postgresClient(backend, 10_000);
}

function redisClient({ url, prefix = "{shaperail}" }: RedisJobsBackend, options: RedisOptions): BackendClient {
  const redis = new Redis(url, {
    connectTimeout: 5_000,
    // A connection that says nothing for this long while something is asked is dead, whatever the kernel believes.
    socketTimeout: 30_000,
    retryStrategy: (times) => Math.min(100 * 2 ** Math.min(times, 5), 2_000),
    ...options,
  });
  // BullMQ reports the errors of the connection; this is for those after it was closed, which ioredis would print.
  redis.on("error", () => undefined);
  const connection = { connection: redis, prefix };
  return {
    openQueue: (name) => new Queue<Envelope>(name, connection),
    openWorker: (name, process, settings) => new Worker(name, process, { ...settings, ...connection }),
    release: () => redis.disconnect(),
  };
}

function postgresClient(backend: PostgresJobsBackend, queryTimeoutMs: number): BackendClient {
  const { url, schema = "shaperail_jobs", poolSize = 5 } = backend;
  const postgres = withBackend(createPostgresBackend);
  const sockets = new Set<Socket>();
  const connection = {
    connectionString: url,
    schema,
    max: poolSize,
    connectionTimeoutMillis: Math.min(queryTimeoutMs, 5_000),
    query_timeout: queryTimeoutMs,
    statement_timeout: queryTimeoutMs,
    application_name: "shaperail-jobs",
    // BullMQ owns the connections and can only end them in order, which a server that hangs never answers; by then
    // nobody listens for their errors any more, and the next one would end the process.
    stream: () => {
      const socket = new Socket();
      sockets.add(socket);
      return socket.once("close", () => sockets.delete(socket));
    },
  };
  return {
    openQueue: (name) => new postgres.Queue<Envelope>(name, { connection }),
    openWorker: (name, process, settings) => new postgres.Worker(name, process, { ...settings, connection }),
    release: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}
