import type { IncomingMessage, ServerResponse } from "node:http";
import { type Logger, noopLogger, type Observer } from "@shaperail/core";
import { UNMATCHED, type WatchedRequest, watchRequest } from "./express.ts";
import { type MetricsSnapshot, toSnapshot } from "./merge-snapshots.ts";
import { createOperationMetrics } from "./operation-metrics.ts";
import { createPoolMetrics, type PoolState } from "./pool-metrics.ts";
import { createProcessMetrics } from "./process-metrics.ts";
import { createReadings, type Reading } from "./readings.ts";
import { type MetricsPage, prefersOpenMetrics, renderOpenMetrics, renderText } from "./render-page.ts";
import { createRequestMetrics, type KnownRoute, type ObservedRequest } from "./request-metrics.ts";

/** What {@link createMetrics} needs; every option has a default. */
export interface MetricsOptions {
  /**
   * Routes whose series stand on the page before their first request, so that a rate sees the first failure.
   * @default []
   */
  readonly routes?: readonly KnownRoute[];
  /**
   * Whether memory, processor time, event-loop lag and garbage collection of the process are on the page too.
   * @default true
   */
  readonly processMetrics?: boolean;
  /** Where a metric that could not be read is reported. @default noopLogger */
  readonly logger?: Logger;
  /** Milliseconds on a clock that only goes forward. @default performance.now */
  readonly now?: () => number;
}

/** The metrics of one service. Two of them share nothing. */
export interface Metrics {
  /** Counts a request that has ended. */
  observeRequest(request: ObservedRequest): void;
  /** Puts the series of a route on the page, as 0, before its first request. */
  declareRoute(route: KnownRoute): void;
  /** Counts under `shaperail_errors_total`. The type is one of a few constants, never a message. */
  countError(errorType: string): void;
  /** Measures `db.query`, `cache.op` and `job.execute`; anything else passes through. */
  readonly observer: Observer;
  /** Shows the connections of a pool; the one named `default` in `shaperail_db_pool_size`. */
  addPool(database: string, state: () => PoolState): void;
  /**
   * Puts something on the page that is asked for each time it is read, such as the depth of a queue. What takes too long
   * or fails is left out of the page and counted under `shaperail_errors_total`.
   * @throws TypeError when the name is not valid, or is there already.
   */
  add(reading: Reading): void;
  /** Everything as it is now, as plain data that can be sent to another process; {@link mergeSnapshots} joins several. Never rejects. */
  snapshot(): Promise<MetricsSnapshot>;
  /**
   * The page: OpenMetrics with exemplars when `accept` prefers it, otherwise text in version 0.0.4. It shows `of` when that is given,
   * otherwise everything as it is now. Never rejects.
   */
  render(accept?: string, of?: MetricsSnapshot): Promise<MetricsPage>;
  /** A middleware for Express that observes requests by the template of their route. */
  readonly watch: (request: WatchedRequest, response: ServerResponse, next: () => void) => void;
  /** Answers a request of `node:http` or Express with the page. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

/** Depth of the queues: 0 until somebody adds it. */
const QUEUE_DEPTH = { name: "shaperail_job_queue_depth", help: "Jobs that wait to be run." };

/** Builds the metric families of a service. Opens nothing. */
export function createMetrics({
  routes = [],
  processMetrics = true,
  logger: parentLogger = noopLogger,
  now = () => performance.now(),
}: MetricsOptions = {}): Metrics {
  const logger = parentLogger.child("shaperail_runtime::observability");
  const requests = createRequestMetrics();
  const operations = createOperationMetrics(now);
  const pools = createPoolMetrics();
  const process = processMetrics ? createProcessMetrics() : undefined;
  const readings = createReadings([QUEUE_DEPTH], (name, error) => {
    requests.countError(name.replace(/^shaperail_/, ""));
    logger.warn("a metric could not be read", { metric: name, error });
  });
  for (const route of [...routes, { method: "GET", path: UNMATCHED }]) requests.declareRoute(route);
  requests.declareError("http_500");

  const snapshot = async (): Promise<MetricsSnapshot> => {
    // Read first: what fails counts as an error, and that is on the same page.
    const read = await readings.collect();
    const ofProcess = (await process?.collect()) ?? [];
    return [...requests.families, ...pools.families, ...operations.families, ...read, ...ofProcess].map(toSnapshot);
  };
  const render = async (accept?: string, of?: MetricsSnapshot): Promise<MetricsPage> => {
    const families = (of ?? (await snapshot())).map((family) => ({ ...family, samples: () => family.samples }));
    return prefersOpenMetrics(accept) ? renderOpenMetrics(families) : renderText(families);
  };

  return {
    observeRequest: requests.observe,
    declareRoute: requests.declareRoute,
    countError: requests.countError,
    observer: operations.observer,
    addPool: pools.add,
    add: readings.add,
    snapshot,
    render,
    watch(request, response, next) {
      watchRequest(request, response, requests.observe);
      next();
    },
    async handle({ headers }, response) {
      const { contentType, body } = await render(headers.accept);
      response.writeHead(200, { "Content-Type": contentType, "Content-Length": Buffer.byteLength(body) }).end(body);
    },
  };
}
