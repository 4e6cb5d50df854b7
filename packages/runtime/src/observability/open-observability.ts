import { type Closeable, closeable, type Logger, type Observer } from "@shaperail/core";
import type { DispatchOptions, Exchange, Route } from "@shaperail/http";
import { runWithLogContext } from "@shaperail/logging";
import { createMetrics, type Metrics } from "@shaperail/metrics";
import { createTracing, type RequestSpan, type Tracing } from "@shaperail/tracing";
import type { Project } from "../load-project.ts";
import { createAccessLog } from "./access-log.ts";
import { joinObservers } from "./join-observers.ts";

/** What watches an application: log lines, metrics and spans of every request and of what it leads to. */
export interface Observability extends Closeable {
  readonly metrics: Metrics;
  /** For everything that talks to a database, a cache or a queue. */
  readonly observer: Observer;
  /** For the HTTP application. */
  readonly dispatch: Required<Pick<DispatchOptions, "around" | "onFinish">>;
  /** Remembers who sent a request, for its line. */
  noteUser(exchange: Exchange, user: string): void;
  /** Puts the series of these routes on the page of metrics before their first request. */
  declare(routes: readonly Route[]): void;
}

/** Starts watching. Spans are recorded when the configuration names a collector. */
export async function openObservability(
  { config, version }: Project,
  { logger }: { readonly logger: Logger },
): Promise<Observability> {
  const metrics = createMetrics({ logger });
  const tracing = await openTracing({ config, version }, logger);
  const { startRequest } = tracing;
  const writeLine = createAccessLog(logger);
  const users = new WeakMap<Exchange, string>();
  const spans = new WeakMap<Exchange, RequestSpan>();

  const around = (exchange: Exchange, run: () => void): void => {
    const { request, requestId } = exchange;
    if (startRequest === undefined) return runWithLogContext({ request_id: requestId }, run);
    const { method = "", url = "", headers } = request;
    const span = startRequest({ method, url, headers, requestId });
    spans.set(exchange, span);
    runWithLogContext({ request_id: requestId, ...traceFields(span) }, () => span.run(run));
  };

  const onFinish: Observability["dispatch"]["onFinish"] = (exchange, finish) => {
    const { status, durationMs, aborted } = finish;
    const { method = "" } = exchange.request;
    const { path } = exchange.route;
    const span = startRequest === undefined ? undefined : spans.get(exchange);
    writeLine(exchange, finish, { user: users.get(exchange), trace: span && traceFields(span) });
    metrics.observeRequest({ method, path, status, durationMs, traceId: span?.sampled ? span.traceId : undefined });
    span?.end({ status, route: path === UNMATCHED ? undefined : path, aborted });
  };

  return {
    metrics,
    observer: startRequest === undefined ? metrics.observer : joinObservers(tracing.observer, metrics.observer),
    dispatch: { around, onFinish },
    noteUser: (exchange, user) => void users.set(exchange, user),
    declare: (routes) => routes.forEach(metrics.declareRoute),
    ...closeable(() => tracing.close()),
  };
}

/** The path of requests that no route matched. */
const UNMATCHED = "unmatched";

function traceFields({ traceId, spanId }: RequestSpan): { readonly trace_id: string; readonly span_id: string } {
  return { trace_id: traceId, span_id: spanId };
}

function openTracing({ config, version }: Pick<Project, "config" | "version">, logger: Logger): Promise<Tracing> {
  const { environment, logging } = config;
  return createTracing({
    endpoint: environment.otelDisabled ? undefined : logging.otlpEndpoint,
    protocol: environment.otelProtocol,
    serviceName: environment.otelServiceName,
    serviceVersion: version,
    sampler: environment.otelSampler,
    samplerRatio: environment.otelSamplerRatio,
    resourceAttributes: environment.otelResourceAttributes,
    global: true,
    logger,
  });
}
