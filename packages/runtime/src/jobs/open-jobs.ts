import { isShaperailError, type Logger, type Observer } from "@shaperail/core";
import type { Database } from "@shaperail/db";
import type { Listen, Outbox } from "@shaperail/events";
import type { Route } from "@shaperail/http";
import type { JobDefinition, JobQueue } from "@shaperail/jobs";
import type { Metrics } from "@shaperail/metrics";
import type { RestOutbox } from "@shaperail/rest";
import type { Databases } from "../databases.ts";
import { RuntimeError } from "../errors.ts";
import type { Project } from "../load-project.ts";
import type { Shutdown } from "../shutdown.ts";
import { refuseEviction } from "./check-eviction.ts";
import { outboxConnections, subscribersOf, usesJobs } from "./job-names.ts";
import { addOutboxMetrics, addQueueMetrics } from "./job-metrics.ts";
import { concurrencyOf, jobsBackend } from "./jobs-backend.ts";
import { carrierOf, withRequestId } from "./jobs-observer.ts";
import { type Hook, loadHooks, loadJobs } from "./load-jobs.ts";
import { startSchedules, startWorker } from "./start-jobs.ts";
import { warnOfSharing } from "./warn-of-sharing.ts";

/** The functions of `jobs/` and `hooks/`. */
export interface LoadedJobs {
  readonly jobs: readonly JobDefinition[];
  readonly hooks: ReadonlyMap<string, Hook>;
}

/** Imports them; undefined for a project without jobs. @throws RuntimeError as {@link loadJobs} */
export async function loadJobModules(project: Project): Promise<LoadedJobs | undefined> {
  if (!usesJobs(project)) return undefined;
  jobsBackend(project.config);
  return { jobs: await loadJobs(project), hooks: await loadHooks(project) };
}

export interface JobsParts {
  readonly mode: "server" | "worker";
  readonly loaded: LoadedJobs | undefined;
  readonly databases: Databases;
  readonly shutdown: Shutdown;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly observer: Observer;
  /** How long running jobs may take to finish after a stop is asked for, in milliseconds. */
  readonly graceMs: number;
}

/** What an application does besides answering. */
export interface Jobs {
  /** Where the writes of a connection store what follows from them. */
  outboxOf(connection: string): RestOutbox | undefined;
  /** Webhooks that others send. */
  readonly routes: readonly Route[];
  /** Whether the queue answers; undefined when this process has nothing to do with it. */
  readonly check: (() => Promise<void>) | undefined;
  /**
   * Begins to relay, to take jobs and to keep to the schedules.
   * @throws JobsError `JOBS_SCHEMA_MISSING`, `JOBS_REFUSED`, `JOBS_SCHEDULE_INVALID`
   */
  start(): Promise<void>;
  /** From now on no job is taken; those that run have their grace, which the shutdown waits for. */
  stopTaking(): void;
}

const NO_JOBS: Jobs = {
  outboxOf: () => undefined,
  routes: [],
  check: undefined,
  start: async () => undefined,
  stopTaking: () => undefined,
};

/**
 * Opens the outbox of every connection that needs one, and, where this process runs jobs, a worker.
 *
 * @throws RuntimeError `RUNTIME_JOBS_EVICTED`, `RUNTIME_MIGRATIONS_PENDING`
 */
export async function openJobs(project: Project, parts: JobsParts): Promise<Jobs> {
  const { loaded, mode, shutdown, metrics } = parts;
  if (loaded === undefined) return NO_JOBS;
  const { config } = project;
  const observer = withRequestId(parts.observer);
  const logger = parts.logger.child("shaperail_runtime::jobs");
  const backend = jobsBackend(config);
  const concurrency = concurrencyOf(config, mode);
  const isProduction = config.environment.nodeEnv === "production";
  if (concurrency > 0) warnOfSharing(project, backend, logger);
  if (concurrency > 0 && backend.kind === "redis") await refuseEviction(backend.url, { isProduction, logger });

  const { createQueue } = await import("@shaperail/jobs");
  const queue = createQueue({ backend, jobs: loaded.jobs, logger, observer });
  shutdown.add("the queue", queue);
  const { outboxes, outboxOf } = await openOutboxes(project, { ...parts, loaded, queue, observer });
  const outbox = outboxes.get("default");
  if (outbox === undefined) return NO_JOBS;
  const routes = await openInbound(project, { outbox, observer, logger });
  if (concurrency === 0) return { ...NO_JOBS, outboxOf, routes };

  addQueueMetrics(metrics, queue);
  const { openWorker } = await import("./open-worker.ts");
  const worker = openWorker(project, { ...parts, ...loaded, logger, observer, outbox, backend, concurrency });
  return {
    outboxOf,
    routes,
    check: async () => void (await queue.counts()),
    async start() {
      for (const one of outboxes.values()) await one.start();
      const [schedules] = await Promise.all([
        startSchedules(queue, config.schedules, logger),
        startWorker(worker, logger),
      ]);
      shutdown.add("schedules", schedules);
    },
    stopTaking: () => void worker.close({ graceMs: parts.graceMs }),
  };
}

interface OutboxParts extends JobsParts {
  readonly loaded: LoadedJobs;
  readonly queue: JobQueue;
}

async function openOutboxes(
  project: Project,
  { mode, loaded, databases, queue, shutdown, metrics, logger, observer }: OutboxParts,
): Promise<{ readonly outboxes: ReadonlyMap<string, Outbox>; readonly outboxOf: Jobs["outboxOf"] }> {
  const { createEventRouter, createOutbox, outboxInsert } = await import("@shaperail/events");
  const router = createEventRouter(subscribersOf(project));
  const outboxes = new Map<string, Outbox>();
  for (const name of outboxConnections(project)) {
    const database = databases.get(name);
    if (database === undefined) continue;
    await requireTables(database);
    const listen = mode === "worker" ? await listenerOf(project, { name, logger }) : undefined;
    const outbox = createOutbox({ database, queue, route: router.route, listen, logger });
    outboxes.set(name, shutdown.add(`the outbox of ${name}`, outbox));
  }
  addOutboxMetrics(metrics, outboxes);
  const names = new Set(loaded.jobs.map(({ name }) => name));
  const shared = {
    insert: outboxInsert,
    hears: router.hears,
    hasJob: (name: string) => names.has(name),
    carrier: () => carrierOf(observer),
  };
  return {
    outboxes,
    outboxOf(connection) {
      const outbox = outboxes.get(connection);
      return outbox && { ...shared, wake: outbox.wake };
    },
  };
}

const PROBE = {
  name: "outbox.probe",
  text: "SELECT FROM shaperail_outbox, shaperail_event_log, shaperail_webhook_delivery_log, shaperail_webhook_endpoints LIMIT 0",
  prepare: false,
};

/** Every write that leads to something would fail without them. @throws RuntimeError `RUNTIME_MIGRATIONS_PENDING` */
async function requireTables(database: Database): Promise<void> {
  try {
    await database.run(PROBE, []);
  } catch (error) {
    if (!isShaperailError(error) || error.code !== "DB_SCHEMA_MISMATCH") throw error;
    throw new RuntimeError(`The database \`${database.name}\` has no tables for jobs and events.`, {
      code: "RUNTIME_MIGRATIONS_PENDING",
      hint: "Run `shaperail migrate`.",
      details: { database: database.name },
      cause: error,
    });
  }
}

/** A server tells its own relay what it has written; a worker has to hear it, past a pooler where there is one. */
async function listenerOf(
  { config }: Project,
  { name, logger }: { readonly name: string; readonly logger: Logger },
): Promise<Listen | undefined> {
  const { directDatabaseUrl } = config.environment;
  const pooled = config.databases[name];
  if (pooled === undefined) return undefined;
  const url = name === "default" ? (directDatabaseUrl ?? pooled.url) : pooled.url;
  if (url === pooled.url && pooled.preparedStatements === false) return undefined;
  const { listen } = await import("@shaperail/db");
  return async (channel, onNotify) =>
    listen({ url, channel, onNotify, applicationName: `${config.project} relay`, logger });
}

async function openInbound(
  { config }: Project,
  { outbox, observer, logger }: { outbox: Outbox; observer: Observer; logger: Logger },
): Promise<readonly Route[]> {
  const inbound = config.events?.inbound ?? [];
  if (inbound.length === 0) return [];
  const { inboundRoutes } = await import("./inbound-routes.ts");
  const { maxBodyBytes } = config.server;
  return inboundRoutes(inbound, { outbox, maxBodyBytes, carrier: () => carrierOf(observer), logger });
}
