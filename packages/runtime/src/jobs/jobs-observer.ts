import type { LogFields, Observer } from "@shaperail/core";
import { logContext, runWithLogContext } from "@shaperail/logging";

/** Member of a trace carrier with the id of the request that led to a job. */
const REQUEST_ID = "request_id";

/**
 * The same observer, whose traces carry the id of the request as well: the lines of a job then name the request it comes from, and, when
 * there is a trace, its own span.
 */
export function withRequestId(observer: Observer): Observer {
  return {
    ...observer,
    observe: (operation, attributes, run) =>
      operation === "job.execute"
        ? observer.observe(operation, attributes, (tell) => runWithLogContext(spanFields(observer), () => run(tell)))
        : observer.observe(operation, attributes, run),
    inject(carrier) {
      observer.inject(carrier);
      const id = logContext()?.[REQUEST_ID];
      if (typeof id === "string") carrier[REQUEST_ID] = id;
    },
    extract(carrier, run) {
      const id = carrier[REQUEST_ID];
      const continued = (): ReturnType<typeof run> => observer.extract(carrier, run);
      return id === undefined ? continued() : runWithLogContext({ [REQUEST_ID]: id }, continued);
    },
  };
}

/** `00-<trace>-<span>-<flags>`, see https://www.w3.org/TR/trace-context/ */
const TRACEPARENT = /^\w\w-([0-9a-f]{32})-([0-9a-f]{16})-/;

/** `trace_id` and `span_id` of where we are, when there is a trace. */
function spanFields(observer: Observer): LogFields {
  const carrier: Record<string, string> = {};
  observer.inject(carrier);
  const [, traceId, spanId] = TRACEPARENT.exec(carrier["traceparent"] ?? "") ?? [];
  return traceId === undefined ? {} : { trace_id: traceId, span_id: spanId };
}

/** What travels with a job that is stored now; undefined: there is nothing to continue. */
export function carrierOf(observer: Observer): Readonly<Record<string, string>> | undefined {
  const carrier: Record<string, string> = {};
  observer.inject(carrier);
  return Object.keys(carrier).length === 0 ? undefined : carrier;
}
