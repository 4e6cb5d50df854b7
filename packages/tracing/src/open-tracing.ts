import { context as globalContext, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { closeable, type Logger, withDeadline } from "@shaperail/core";
import { openExporter } from "./exporter.ts";
import { watchWith } from "./express.ts";
import { createSpanObserver } from "./observer.ts";
import { createRequestSpans } from "./request-span.ts";
import { parseResourceAttributes } from "./resource-attributes.ts";
import { samplerOf } from "./sampler.ts";
import type { Tracing, TracingProtocol, TracingSampler } from "./tracing.ts";

/** The options of {@link createTracing} with every default filled in. */
export interface OpenTracingOptions {
  readonly url: URL;
  readonly protocol: TracingProtocol;
  readonly serviceName: string;
  readonly serviceVersion: string | undefined;
  readonly sampler: TracingSampler;
  readonly samplerRatio: number;
  readonly resourceAttributes: string;
  readonly exportIntervalMs: number;
  readonly maxWaitingSpans: number;
  readonly flushTimeoutMs: number;
  readonly global: boolean;
  readonly logger: Logger;
}

/** No attribute of ours is longer; SQL texts are the longest. */
const LONGEST_ATTRIBUTE = 4_096;
const BATCH = 512;
const EXPORT_TIMEOUT_MS = 10_000;

export async function openTracing(options: OpenTracingOptions): Promise<Tracing> {
  const { serviceName, serviceVersion, maxWaitingSpans, exportIntervalMs, flushTimeoutMs, global, logger } = options;
  const exporter = await openExporter(options);
  const processor = new BatchSpanProcessor({
    exporter,
    maxQueueSize: maxWaitingSpans,
    maxExportBatchSize: Math.min(BATCH, maxWaitingSpans),
    scheduledDelayMillis: exportIntervalMs,
    exportTimeoutMillis: EXPORT_TIMEOUT_MS,
  });
  const resource = resourceFromAttributes({
    ...parseResourceAttributes(options.resourceAttributes),
    "service.name": serviceName,
    ...(serviceVersion === undefined ? {} : { "service.version": serviceVersion }),
  });
  const provider = new TracerProvider({
    resource: defaultResource().merge(resource),
    sampler: samplerOf(options.sampler, options.samplerRatio),
    spanLimits: { attributeValueLengthLimit: LONGEST_ATTRIBUTE },
    spanProcessors: [processor],
  });
  // One of its own, so that two instances in a process do not see each other's spans.
  const contexts = new AsyncLocalStorageContextManager().enable();
  const propagator = new W3CTraceContextPropagator();
  const unregister = global ? register({ provider, contexts, propagator }) : () => undefined;
  const parts = { tracer: provider.getTracer("shaperail"), contexts, propagator };

  const close = async (): Promise<void> => {
    unregister();
    try {
      await withDeadline(() => provider.shutdown(), { timeoutMs: flushTimeoutMs, what: "Sending the last spans" });
    } catch (error) {
      logger.warn("the last spans were not sent", { error });
      // Not waited for: it only lets go of what still tries to send.
      exporter.shutdown().catch(() => undefined);
    }
    contexts.disable();
  };
  const startRequest = createRequestSpans(parts);
  return { observer: createSpanObserver(parts), startRequest, watch: watchWith(startRequest), ...closeable(close) };
}

interface Registered {
  readonly provider: TracerProvider;
  readonly contexts: AsyncLocalStorageContextManager;
  readonly propagator: W3CTraceContextPropagator;
}

/** Makes this the tracing of the process, unless there is one; returns how to take it back. */
function register({ provider, contexts, propagator }: Registered): () => void {
  const isFirst = trace.setGlobalTracerProvider(provider);
  if (!isFirst) return () => undefined;
  globalContext.setGlobalContextManager(contexts);
  propagation.setGlobalPropagator(propagator);
  return () => {
    trace.disable();
    globalContext.disable();
    propagation.disable();
  };
}
