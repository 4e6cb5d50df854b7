export {
  createTracing,
  type RequestSpan,
  type TracedEnd,
  type TracedRequest,
  type Tracing,
  type TracingOptions,
  type TracingProtocol,
  type TracingSampler,
} from "./tracing.ts";
