import { join } from "node:path";
import { describeConfig } from "@shaperail/config";
import { type Closeable, closeable, type Logger } from "@shaperail/core";
import { createHealth } from "@shaperail/health";
import { createHttpApp, createHttpServer, type Fallback, type Route } from "@shaperail/http";
import { createLogger, type OwnedLogger } from "@shaperail/logging";
import { type CredentialsModule, loadCredentials } from "./access/credentials-module.ts";
import { documentationRoutes, healthRoutes } from "./builtin-routes.ts";
import { openCache } from "./cache/open-cache.ts";
import { redisCheck } from "./cache/redis-check.ts";
import { databaseChecks, openDatabases } from "./databases.ts";
import { RuntimeError } from "./errors.ts";
import { checkFeatures } from "./features.ts";
import { type LoadedJobs, loadJobModules, openJobs } from "./jobs/open-jobs.ts";
import { queueCheck } from "./jobs/queue-check.ts";
import { type LoadedFunctions, loadFunctions } from "./load-functions.ts";
import { type Project, RESOURCE_FOLDER } from "./load-project.ts";
import { openMigrations } from "./migrations.ts";
import { createAdminServer } from "./observability/admin-server.ts";
import { droppedLines } from "./observability/dropped-lines.ts";
import { metricsRoute } from "./observability/metrics-route.ts";
import { openObservability } from "./observability/open-observability.ts";
import { sensitiveNames } from "./observability/sensitive-names.ts";
import { redisOpener } from "./open-redis.ts";
import { announceRelease } from "./release.ts";
import { openResourceRoutes } from "./resource-routes.ts";
import { createShutdown, type Shutdown } from "./shutdown.ts";
import { sharePools } from "./workers/share-pools.ts";
import type { WorkerLink } from "./workers/worker-link.ts";

export interface RuntimeOptions {
  /**
   * `server` answers requests, and runs jobs beside them as `jobs.concurrency` says. `worker` only runs jobs: of the routes it has
   * `/health`, `/health/ready` and `/metrics`.
   * @default "server"
   */
  readonly mode?: "server" | "worker";
  /** Where lines go. @default JSON or pretty lines on stdout, as the project's configuration says */
  readonly logger?: Logger & Partial<Closeable>;
  /** An Express application for requests that no endpoint matches. */
  readonly app?: Fallback;
  /**
   * After a stop is asked for, how long the server goes on answering while readiness says 503, in milliseconds, so that a load balancer
   * can notice. In Kubernetes, 5_000 is usual.
   * @default `server.drain_delay` of the configuration, which is 0 unless set
   */
  readonly drainDelayMs?: number;
  /**
   * Longest time for requests in flight to finish, in milliseconds, after the drain delay.
   * @default `server.grace` of the configuration, which is 20_000 unless set
   */
  readonly graceMs?: number;
  /**
   * Which of several processes this one is, as `createWorkerLink` says it: it takes its share of `pool_size`, its lines have its number, and
   * its page of metrics is that of all.
   * @default it is the only one
   */
  readonly worker?: WorkerLink;
}

/** Where a started application listens. */
export interface RuntimeAddress {
  readonly port: number;
  /** Port of metrics, documentation and readiness, when they have one of their own. */
  readonly adminPort?: number;
  /** `http://localhost:<port>`. */
  readonly url: string;
}

/** An application: databases, routes and server. */
export interface Runtime extends Closeable {
  readonly logger: Logger;
  /**
   * Checks what is declared and imports controllers and handlers, so that a version that cannot run is found out while another one still
   * serves. Opens nothing; `start()` does the same when it was not called.
   * @throws RuntimeError `RUNTIME_FEATURE_UNSUPPORTED` or `RUNTIME_MODULE_FAILED`
   */
  prepare(): Promise<void>;
  /**
   * Opens the databases, compiles the routes and listens. When anything fails, what was opened is closed again.
   * @throws DbError, RestError or HttpServerError, as they are.
   */
  start(): Promise<RuntimeAddress>;
  /** Readiness turns 503, requests in flight finish, then databases close; the log is flushed last. */
  close(): Promise<void>;
}

// Closing the databases and the log after the requests; together with the grace it stays below Kubernetes' 30 s.
const CLOSE_MARGIN_MS = 5_000;
// Probes of many load balancers must not become the load of the database.
const HEALTH_CACHE_MS = 1_000;

/** Wires a project. Nothing is opened before `start()`. */
export function createRuntime(
  given: Project,
  {
    mode = "server",
    logger: givenLogger,
    app,
    drainDelayMs: givenDelayMs,
    graceMs: givenGraceMs,
    worker,
  }: RuntimeOptions = {},
): Runtime {
  const project = worker === undefined ? given : { ...given, config: sharePools(given.config, worker) };
  const { config } = project;
  const { requestTimeoutMs } = config.server;
  const isServer = mode === "server";
  const drainDelayMs = givenDelayMs ?? config.server.drainDelayMs;
  const graceMs = givenGraceMs ?? config.server.graceMs;
  const ownLogger = givenLogger === undefined ? openLogger(project, worker) : undefined;
  const logger: Logger = givenLogger ?? ownLogger ?? unreachable();
  const shutdown = createShutdown({ logger, deadlineMs: drainDelayMs + graceMs + CLOSE_MARGIN_MS });

  let loading: Promise<Loaded> | undefined;
  const load = (): Promise<Loaded> =>
    (loading ??= (async () => {
      checkFeatures(project, { logger, hasWorkers: worker !== undefined || !isServer });
      const functions = await loadFunctions(join(project.directory, RESOURCE_FOLDER), project.resources);
      return { functions, credentials: await loadCredentials(project), jobs: await loadJobModules(project) };
    })());

  const open = async (): Promise<RuntimeAddress> => {
    logger.info(`starting ${config.project}`, { configuration: describeConfig(config) });
    const { functions, credentials, jobs: jobModules } = await load();
    const observability = shutdown.add("tracing", await openObservability(project, { logger }));
    const { metrics, observer, dispatch } = observability;
    worker?.reportMetrics(metrics.snapshot);
    if (ownLogger !== undefined) metrics.add(droppedLines(ownLogger));
    const databases = await openDatabases(config, { logger, observer, shutdown });
    for (const [name, { stats }] of databases) metrics.addPool(name, stats);
    // Again, because the last spans leave before the databases close; the first time is for when those cannot be opened.
    shutdown.add("tracing", observability);
    if (stopping) throw stoppedWhileStarting();
    const migrations = await openMigrations(project, { databases, logger });
    const openRedis = redisOpener(config, { logger, shutdown });
    const cache = isServer ? await openCache(project, { openRedis, shutdown, logger, observer }) : undefined;
    const redis = cache && (await openRedis());
    const jobs = await openJobs(project, {
      mode,
      loaded: jobModules,
      databases,
      shutdown,
      metrics,
      logger,
      observer,
      graceMs: drainDelayMs + graceMs,
    });
    const health = createHealth({
      checks: {
        ...databaseChecks(databases, isServer ? project.resources : []),
        ...(redis && { redis: redisCheck(redis) }),
        // A server whose queue is away goes on answering: what its writes lead to waits in the database.
        ...(!isServer && jobs.check && { jobs: queueCheck(jobs.check) }),
      },
      informational: migrations.checks,
      cacheMs: HEALTH_CACHE_MS,
      logger,
    });
    const [live, ready] = healthRoutes(health);
    const documentation = isServer ? documentationRoutes(project) : [];
    const adminRoutes: readonly Route[] = [live, ready, metricsRoute(metrics, worker), ...documentation];
    const parts = { databases, functions, credentials, cache, jobs, openRedis, observability, shutdown, logger };
    const routes: readonly Route[] = [
      ...(config.adminPort === undefined ? adminRoutes : [live]),
      ...(isServer ? await openResourceRoutes(project, parts) : []),
    ];
    observability.declare(routes);
    const http = createHttpApp({ routes, app, cors: config.cors, logger, ...dispatch });
    const server = createHttpServer({
      handle: http.handle,
      port: config.port,
      logger,
      requestTimeoutMs,
      drainDelayMs,
      graceMs,
    });
    const admin =
      config.adminPort === undefined
        ? undefined
        : shutdown.add(
            "the administration server",
            createAdminServer({ port: config.adminPort, routes: adminRoutes, logger, ...dispatch }),
          );
    shutdown.add("the server", server);
    shutdown.add(
      "readiness",
      closeable(async () => {
        health.shutDown();
        jobs.stopTaking();
      }),
    );
    await jobs.start();
    const adminPort = (await admin?.listen())?.port;
    const { port } = await server.listen();
    logger.info(`listening on port ${port}`, { port, ...(adminPort === undefined ? {} : { admin_port: adminPort }) });
    if (config.environment.nodeEnv === "production") {
      shutdown.add("the record of the release", announceRelease(project, { databases, logger }));
    }
    return { port, url: `http://localhost:${port}`, ...(adminPort === undefined ? {} : { adminPort }) };
  };

  let starting: Promise<RuntimeAddress> | undefined;
  let stopping = false;
  const close = async (): Promise<void> => {
    stopping = true;
    try {
      // Closing the pools also ends a start that is still waiting for a database.
      await shutdown.close();
      await starting?.catch(() => undefined);
    } finally {
      await ownLogger?.close();
    }
  };
  const closing = closeable(close);

  return {
    logger,
    prepare: async () => void (await load()),
    start: () => (starting ??= closeOnFailure(open(), shutdown)),
    ...closing,
  };
}

/** What the application's own files export. */
interface Loaded {
  readonly functions: LoadedFunctions;
  readonly credentials: CredentialsModule | undefined;
  readonly jobs: LoadedJobs | undefined;
}

async function closeOnFailure<T>(started: Promise<T>, shutdown: Shutdown): Promise<T> {
  try {
    return await started;
  } catch (error) {
    await shutdown.close().catch(() => undefined);
    throw error;
  }
}

function openLogger(
  { config: { logging, environment }, resources }: Project,
  worker: WorkerLink | undefined,
): OwnedLogger {
  return createLogger({
    level: environment.rustLog ?? logging.level,
    format: logging.format,
    sensitive: sensitiveNames(resources),
    shared: worker !== undefined,
    fields: worker && { worker: worker.number },
  });
}

function stoppedWhileStarting(): RuntimeError {
  return new RuntimeError("The application was stopped while it started.", {
    code: "RUNTIME_STOPPED",
    hint: "Start it again.",
  });
}

function unreachable(): never {
  throw new TypeError("A value that was checked before is missing.");
}
