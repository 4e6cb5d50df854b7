import type { Logger } from "@shaperail/core";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace";
import type { TracingProtocol } from "./tracing.ts";

export interface ExporterOptions {
  readonly url: URL;
  readonly protocol: TracingProtocol;
  readonly logger: Logger;
}

/** Once in a while is enough to be noticed, and a collector that is gone stays gone for hours. */
const COMPLAIN_EVERY_MS = 60_000;
const TRACES_PATH = "/v1/traces";

/** Opens the way to the collector; only the library of its protocol is loaded. */
export async function openExporter({ url, protocol, logger }: ExporterOptions): Promise<SpanExporter> {
  return complaining(await open(url, protocol), logger);
}

async function open(url: URL, protocol: TracingProtocol): Promise<SpanExporter> {
  if (protocol === "grpc") {
    const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-grpc");
    return new OTLPTraceExporter({ url: url.origin });
  }
  const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-proto");
  const base = url.href.replace(/\/+$/, "");
  return new OTLPTraceExporter({ url: base.endsWith(TRACES_PATH) ? base : base + TRACES_PATH });
}

/** Says in the log, seldom, that spans are lost. The SDK itself would be silent. */
function complaining(exporter: SpanExporter, logger: Logger): SpanExporter {
  let saidAt = Number.NEGATIVE_INFINITY;
  let lost = 0;
  const complain = (count: number, error: Error | undefined): void => {
    lost += count;
    if (performance.now() - saidAt < COMPLAIN_EVERY_MS) return;
    saidAt = performance.now();
    logger.warn("spans could not be sent", { spans: lost, reason: reasonOf(error) });
    lost = 0;
  };
  return {
    export(spans: ReadableSpan[], onResult) {
      exporter.export(spans, (result) => {
        if (result.code !== 0) complain(spans.length, result.error);
        // Told as sent: the SDK would report a failure a second time, to a console.
        onResult({ code: 0 });
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}

/** The kind of failure, not its text: that may quote headers, which hold the key to the collector. */
function reasonOf(error: Error | undefined): string {
  const code = error !== undefined && "code" in error ? error.code : undefined;
  return typeof code === "string" || typeof code === "number" ? String(code) : (error?.name ?? "unknown");
}
