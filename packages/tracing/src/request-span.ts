import { defaultTextMapGetter, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from "@opentelemetry/api";
import type { TracingParts } from "./observer.ts";
import { methodOf } from "./span-attributes.ts";
import type { RequestSpan, TracedRequest } from "./tracing.ts";

/** Opens the span of a request, below that of its caller when it says so in `traceparent`. */
export function createRequestSpans({ tracer, contexts, propagator }: TracingParts): (r: TracedRequest) => RequestSpan {
  return ({ method: given, url, headers, requestId }) => {
    const parent = propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
    const method = methodOf(given);
    const span = tracer.startSpan(nameOf(method), { kind: SpanKind.SERVER }, parent);
    if (span.isRecording()) {
      const query = url.indexOf("?");
      span.setAttributes({
        "http.request.method": method,
        "url.path": query === -1 ? url : url.slice(0, query),
        "url.scheme": "http",
        ...(requestId === undefined ? {} : { "shaperail.request_id": requestId }),
      });
    }
    const active = trace.setSpan(parent, span);
    const { traceId, spanId, traceFlags } = span.spanContext();
    return {
      traceId,
      spanId,
      sampled: (traceFlags & TraceFlags.SAMPLED) !== 0,
      run: (work) => contexts.with(active, work),
      end({ status, route, aborted = false }) {
        if (route !== undefined) span.updateName(`${nameOf(method)} ${route}`).setAttribute("http.route", route);
        span.setAttribute("http.response.status_code", status);
        // A client's mistake is not the server's failure.
        if (status >= 500) span.setAttribute("error.type", String(status)).setStatus({ code: SpanStatusCode.ERROR });
        if (aborted) span.setAttribute("error.type", "aborted");
        span.end();
      },
    };
  };
}

function nameOf(method: string): string {
  return method === "_OTHER" ? "HTTP" : method;
}
