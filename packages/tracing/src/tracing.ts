import { closeable, type Closeable, type Logger, noopLogger, noopObserver, type Observer } from "@shaperail/core";
import type { IncomingHttpHeaders } from "node:http";
import type { WatchRequest } from "./express.ts";

/** How spans travel to the collector. */
export type TracingProtocol = "grpc" | "http/protobuf";

/** Which traces are recorded, under the names of `OTEL_TRACES_SAMPLER`. */
export type TracingSampler =
  | "always_on"
  | "always_off"
  | "traceidratio"
  | "parentbased_always_on"
  | "parentbased_always_off"
  | "parentbased_traceidratio";

/** What {@link createTracing} needs. */
export interface TracingOptions {
  /**
   * URL of the collector, such as `http://otel-collector:4317`. Without one nothing is recorded, and nothing of OpenTelemetry is loaded.
   * @default none
   */
  readonly endpoint?: string | undefined;
  /** @default "http/protobuf" when the endpoint's port is 4318 or its path is not empty, otherwise "grpc" */
  readonly protocol?: TracingProtocol | undefined;
  /** Name of the service in every trace. @default "shaperail" */
  readonly serviceName?: string;
  /** @default none */
  readonly serviceVersion?: string | undefined;
  /** @default "parentbased_always_on" */
  readonly sampler?: TracingSampler | undefined;
  /** Share of the traces that a `traceidratio` sampler records, from 0 to 1. @default 1 */
  readonly samplerRatio?: number | undefined;
  /** Further facts about this instance, in the form of `OTEL_RESOURCE_ATTRIBUTES`: `deployment.environment.name=staging,team=blue`. @default "" */
  readonly resourceAttributes?: string | undefined;
  /** Longest time between the end of a span and its departure, in milliseconds. @default 5_000 */
  readonly exportIntervalMs?: number;
  /** Most ended spans that wait; further ones are dropped. @default 2_048 */
  readonly maxWaitingSpans?: number;
  /** Longest wait for the last spans to leave when closing, in milliseconds. @default 3_000 */
  readonly flushTimeoutMs?: number;
  /**
   * Whether spans that other code starts with `@opentelemetry/api` are recorded too, as parts of the same traces. There is one such
   * registration per process.
   * @default false
   */
  readonly global?: boolean;
  /** Told when spans cannot be sent, at most once a minute. @default noopLogger */
  readonly logger?: Logger;
}

/** A request as it arrives. */
export interface TracedRequest {
  readonly method: string;
  /** As in the request line. What follows `?` is not recorded. */
  readonly url: string;
  /** `traceparent` and `tracestate` are read. */
  readonly headers: IncomingHttpHeaders;
  /** @default none */
  readonly requestId?: string;
}

/** How a request ended. */
export interface TracedEnd {
  readonly status: number;
  /** The template of the route; undefined when there is none. */
  readonly route: string | undefined;
  /** True when the connection ended before the answer was complete. @default false */
  readonly aborted?: boolean;
}

/** The span of one request. */
export interface RequestSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** False when the trace is not recorded. */
  readonly sampled: boolean;
  /** Runs the work with this span as the parent of what it observes. */
  run<T>(work: () => T): T;
  end(end: TracedEnd): void;
}

/** Records where time goes, and says so to a collector. `close()` sends what is left. */
export interface Tracing extends Closeable {
  /** Records what other packages report as spans. */
  readonly observer: Observer;
  /** Opens the span of a request; undefined when nothing is recorded. */
  readonly startRequest: ((request: TracedRequest) => RequestSpan) | undefined;
  /** A middleware for Express that does so for every request. */
  readonly watch: WatchRequest;
}

/**
 * Starts recording spans when there is an endpoint to send them to. The collector need not be there: it is never waited for, except for
 * `flushTimeoutMs` when closing.
 * @throws TypeError when the endpoint is not an http or https URL, or the ratio is not between 0 and 1.
 */
export async function createTracing({
  endpoint,
  protocol,
  serviceName = "shaperail",
  serviceVersion,
  sampler = "parentbased_always_on",
  samplerRatio = 1,
  resourceAttributes = "",
  exportIntervalMs = 5_000,
  maxWaitingSpans = 2_048,
  flushTimeoutMs = 3_000,
  global = false,
  logger = noopLogger,
}: TracingOptions = {}): Promise<Tracing> {
  if (endpoint === undefined || endpoint.trim() === "") {
    const watch: WatchRequest = (_request, _response, next) => next();
    return { observer: noopObserver, startRequest: undefined, watch, ...closeable(async () => undefined) };
  }
  const url = URL.parse(endpoint);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new TypeError("The endpoint of the collector must be an http or https URL.");
  }
  if (!(samplerRatio >= 0 && samplerRatio <= 1)) throw new TypeError("samplerRatio must be between 0 and 1.");
  // Only here: the SDK is a fifth of the memory of a service that does without.
  const { openTracing } = await import("./open-tracing.ts");
  return openTracing({
    url,
    protocol: protocol ?? defaultProtocol(url),
    serviceName,
    serviceVersion,
    sampler,
    samplerRatio,
    resourceAttributes,
    exportIntervalMs,
    maxWaitingSpans,
    flushTimeoutMs,
    global,
    logger: logger.child("shaperail_runtime::observability"),
  });
}

/** By the ports that collectors listen on. */
function defaultProtocol({ port, pathname }: URL): TracingProtocol {
  return port === "4318" || pathname !== "/" ? "http/protobuf" : "grpc";
}
