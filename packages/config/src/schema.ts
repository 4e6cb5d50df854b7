import { boolean, integer, listOf, oneOf, redisUrl, share, text, url, workers } from "./format.ts";
import type { Protocol, TracesSampler } from "./project-config.ts";
import { optional, required, type Settings, withDefault } from "./setting.ts";

// One constant per map of the file. The values are what convict yields: names as in the file, null where an optional key is absent.

const notYet = (name: string): string => `The ${name} protocol is not available yet in this version.`;

export interface ProjectValues {
  project: string;
  port: number;
  admin_port: number | null;
  workers: "auto" | number;
  protocols: readonly Protocol[];
}

export const PROJECT: Settings<ProjectValues> = {
  project: required(
    text({
      expects: "a name of at most 63 letters, digits, spaces, `.`, `_` and `-` that starts with a letter or digit",
      pattern: /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}$/,
    }),
    { doc: "Name of the project: image tag, binary name, title of the OpenAPI document." },
  ),
  // Port 0 is any free port: useful to a test that sets the variable, never in a committed file.
  port: withDefault(integer(0, 65_535), 3_000, {
    doc: "HTTP port; SHAPERAIL_PORT beats it.",
    env: "SHAPERAIL_PORT",
    written: integer(1, 65_535),
  }),
  admin_port: optional(integer(0, 65_535), {
    doc: "Port of its own for /metrics, /docs and /health/ready, which the public port then does not answer; SHAPERAIL_ADMIN_PORT beats it.",
    env: "SHAPERAIL_ADMIN_PORT",
    written: integer(1, 65_535),
  }),
  workers: withDefault(workers(), "auto", {
    doc: "Worker processes; `auto` leaves the number to the server, which runs one.",
  }),
  protocols: withDefault(
    listOf(oneOf(["rest"], { graphql: notYet("graphql"), grpc: notYet("grpc") }), { minItems: 1 }),
    ["rest"],
    { doc: "Protocols that are served." },
  ),
};

export interface StorageValues {
  provider: "s3" | "gcs" | "azure" | "local";
  bucket: string | null;
  region: string | null;
}

export const STORAGE: Settings<StorageValues> = {
  provider: required(oneOf(["s3", "gcs", "azure", "local"]), { doc: "Where uploads are kept." }),
  bucket: optional(text(), { doc: "Name of the bucket." }),
  region: optional(text(), { doc: "Region of the bucket." }),
};

export interface LoggingValues {
  level: "error" | "warn" | "info" | "debug";
  format: "json" | "pretty";
  otlp_endpoint: string | null;
  slow_query_ms: number | null;
}

export const LOGGING: Settings<LoggingValues> = {
  level: withDefault(oneOf(["error", "warn", "info", "debug"]), "info", {
    doc: "Least severe level; RUST_LOG beats it.",
  }),
  format: withDefault(oneOf(["json", "pretty"]), "json", { doc: "One JSON object per line, or lines for people." }),
  otlp_endpoint: optional(url(["http", "https"]), {
    doc: "OTLP collector; OTEL_EXPORTER_OTLP_ENDPOINT beats it. Without one there is no tracing.",
    env: "OTEL_EXPORTER_OTLP_ENDPOINT",
    sensitive: true,
  }),
  slow_query_ms: optional(integer(0, 86_400_000), {
    doc: "Queries of at least this many milliseconds are logged; SHAPERAIL_SLOW_QUERY_MS beats it. Without it none are.",
    env: "SHAPERAIL_SLOW_QUERY_MS",
  }),
};

export interface GraphqlValues {
  depth_limit: number;
  complexity_limit: number;
}

export const GRAPHQL: Settings<GraphqlValues> = {
  depth_limit: withDefault(integer(1, 1_000), 16, { doc: "Deepest accepted query." }),
  complexity_limit: withDefault(integer(1, 1_000_000), 256, { doc: "Most complex accepted query." }),
};

export interface GrpcValues {
  port: number;
  reflection: boolean;
}

export const GRPC: Settings<GrpcValues> = {
  port: withDefault(integer(1, 65_535), 50_051, { doc: "Port of the gRPC server." }),
  reflection: withDefault(boolean(), true, { doc: "Answers reflection requests." }),
};

const TRACES_SAMPLERS: readonly TracesSampler[] = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
];

/** What comes from the environment alone. */
export interface EnvironmentValues {
  node_env: "development" | "production" | "test";
  rust_log: string | null;
  shaperail_log: string | null;
  otel_service_name: string;
  otel_exporter_otlp_protocol: "grpc" | "http/protobuf" | null;
  otel_sdk_disabled: boolean;
  otel_traces_sampler: TracesSampler | null;
  otel_traces_sampler_arg: number | null;
  otel_resource_attributes: string | null;
  redis_url: string | null;
  direct_database_url: string | null;
  webhook_secret: string | null;
  release: string | null;
}

export const ENVIRONMENT: Settings<EnvironmentValues> = {
  node_env: withDefault(oneOf(["development", "production", "test"]), "development", {
    doc: "Where this runs.",
    env: "NODE_ENV",
  }),
  rust_log: optional(text(), { doc: "Filter of log lines by level and target.", env: "RUST_LOG" }),
  shaperail_log: optional(text(), { doc: "The same; beats RUST_LOG.", env: "SHAPERAIL_LOG" }),
  otel_service_name: withDefault(text(), "shaperail", { doc: "Service name of spans.", env: "OTEL_SERVICE_NAME" }),
  otel_exporter_otlp_protocol: optional(oneOf(["grpc", "http/protobuf"]), {
    doc: "How spans are sent.",
    env: "OTEL_EXPORTER_OTLP_PROTOCOL",
  }),
  otel_sdk_disabled: withDefault(boolean(), false, {
    doc: "Whether there is no tracing although an endpoint is set.",
    env: "OTEL_SDK_DISABLED",
  }),
  otel_traces_sampler: optional(oneOf(TRACES_SAMPLERS), {
    doc: "Which traces are recorded.",
    env: "OTEL_TRACES_SAMPLER",
  }),
  otel_traces_sampler_arg: optional(share(), {
    doc: "Share of the traces that a `traceidratio` sampler records.",
    env: "OTEL_TRACES_SAMPLER_ARG",
  }),
  otel_resource_attributes: optional(text(), {
    doc: "Facts about the instance, sent with every span.",
    env: "OTEL_RESOURCE_ATTRIBUTES",
  }),
  redis_url: optional(redisUrl(), {
    doc: "Redis of whatever has no URL of its own.",
    env: "REDIS_URL",
    sensitive: true,
  }),
  direct_database_url: optional(url(["postgresql", "postgres"], { mayLackHost: true }), {
    doc: "Connection past a pooler, for migrations.",
    env: "DIRECT_DATABASE_URL",
    sensitive: true,
  }),
  webhook_secret: optional(text(), { doc: "Key of outbound webhooks.", env: "WEBHOOK_SECRET", sensitive: true }),
  release: optional(text(), { doc: "Name of what is deployed: a tag, a commit, a version.", env: "SHAPERAIL_RELEASE" }),
};
