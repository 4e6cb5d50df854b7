import {
  type Attributes,
  type ContextManager,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  type TextMapPropagator,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import { isShaperailError, type Observer } from "@shaperail/core";
import { createSpanAttributes, kindOf } from "./span-attributes.ts";

export interface TracingParts {
  readonly tracer: Tracer;
  readonly contexts: ContextManager;
  readonly propagator: TextMapPropagator;
}

/** An observer that records each operation as a span below the one that is running. */
export function createSpanObserver({ tracer, contexts, propagator }: TracingParts): Observer {
  const attributesOf = createSpanAttributes();
  return {
    observe(operation, attributes, run) {
      const parent = contexts.active();
      const span = tracer.startSpan(operation, { kind: kindOf(operation) }, parent);
      if (span.isRecording()) span.setAttributes(attributesOf(operation, attributes));
      const report = (facts: Attributes): void => void span.setAttributes(facts);
      const result = contexts.with(trace.setSpan(parent, span), () => run(report));
      // Beside the promise, not in front of it: whoever waits is not held up.
      result.then(
        () => span.end(),
        (error: unknown) => fail(span, error),
      );
      return result;
    },
    inject(carrier) {
      propagator.inject(contexts.active(), carrier, defaultTextMapSetter);
    },
    extract(carrier, run) {
      return contexts.with(propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter), run);
    },
  };
}

/** Says what kind of failure it was. Its message stays away: it may quote the values of a row. */
function fail(span: Span, error: unknown): void {
  const type = isShaperailError(error) ? error.code : error instanceof Error ? error.name : "unknown";
  span.setAttribute("error.type", type);
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
