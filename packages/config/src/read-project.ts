import { entryOf, type SourceNode } from "@shaperail/source";
import { readAuth } from "./read-auth.ts";
import { readCache } from "./read-cache.ts";
import { readEvents } from "./read-events.ts";
import { readDatabases } from "./read-databases.ts";
import { readCors, readServer } from "./read-http.ts";
import { readJobs, readSchedules } from "./read-jobs.ts";
import { readMigrations } from "./read-migrations.ts";
import { readRateLimits } from "./read-rate-limit.ts";
import { type ProjectReading, readSection } from "./read-section.ts";
import { readSettings } from "./read-settings.ts";
import type { EnvironmentConfig, ProjectConfig } from "./project-config.ts";
import { ENVIRONMENT, type EnvironmentValues, GRAPHQL, GRPC, LOGGING, PROJECT, STORAGE } from "./schema.ts";
import { createSecret } from "./secret.ts";

/** Keys of the file that are maps themselves. */
const SECTIONS = [
  "server",
  "cors",
  "databases",
  "migrations",
  "cache",
  "jobs",
  "schedules",
  "auth",
  "rate_limit",
  "storage",
  "logging",
  "events",
  "graphql",
  "grpc",
] as const;

const REMOVED = { database: "Connections have names now: write `databases:` and put the connection under `default:`." };

/** The environment alone, which the sections need to know. */
export function readEnvironment(reading: ProjectReading): EnvironmentValues | undefined {
  return readSettings(ENVIRONMENT, { path: "", node: undefined }, reading);
}

/** The configuration a file and the environment make, or undefined after reporting why there is none. */
export function readProject(
  root: SourceNode,
  environment: EnvironmentValues | undefined,
  reading: ProjectReading,
): ProjectConfig | undefined {
  if (root.kind !== "map") {
    reading.report({ code: "CONFIG_WRONG_TYPE", message: "The file must be a map of keys.", span: root.span });
    return undefined;
  }
  // Everything is read before anything is given up, so that every mistake is reported.
  const project = readSettings(PROJECT, { path: "", node: root, nested: SECTIONS, removed: REMOVED }, reading);
  const server = readServer(root, reading);
  const cors = readCors(root, reading);
  const databases = readDatabases(root, reading);
  const migrations = readMigrations(root, reading);
  const cache = readCache(root, reading);
  const jobs = readJobs(root, cache?.url ?? environment?.redis_url ?? undefined, reading);
  const schedules = readSchedules(root, reading);
  const auth = readAuth(root, reading);
  const rateLimit = readRateLimits(root, reading);
  const storage = readSection({ key: "storage", settings: STORAGE, parent: root }, reading);
  const loggingNode = readSection({ key: "logging", settings: LOGGING, parent: root }, reading);
  const logging =
    entryOf(root, "logging") === undefined
      ? readSettings(LOGGING, { path: "logging", node: undefined }, reading)
      : loggingNode;
  const events = readEvents(root, reading);
  const graphql = readSection({ key: "graphql", settings: GRAPHQL, parent: root }, reading);
  const grpc = readSection({ key: "grpc", settings: GRPC, parent: root }, reading);
  if (project !== undefined && project.admin_port === project.port && project.port !== 0) {
    reading.report({
      code: "CONFIG_INVALID_VALUE",
      message: `\`admin_port\` is ${project.port}, the port of the application itself.`,
      span: entryOf(root, "admin_port")?.value.span,
      fix: "Choose another port, or remove `admin_port`.",
    });
    return undefined;
  }
  if (project === undefined || server === undefined || databases === undefined) return undefined;
  if (migrations === undefined || logging === undefined || environment === undefined) return undefined;
  if (rateLimit === undefined) return undefined;
  return {
    project: project.project,
    port: project.port,
    adminPort: project.admin_port ?? undefined,
    workers: project.workers,
    server,
    cors,
    databases,
    migrations,
    cache,
    jobs,
    schedules,
    auth,
    rateLimit,
    storage: storage && {
      provider: storage.provider,
      bucket: storage.bucket ?? undefined,
      region: storage.region ?? undefined,
    },
    logging: {
      level: logging.level,
      format: logging.format,
      otlpEndpoint: logging.otlp_endpoint ?? undefined,
      slowQueryMs: logging.slow_query_ms ?? undefined,
    },
    events,
    protocols: project.protocols,
    graphql: graphql && { depthLimit: graphql.depth_limit, complexityLimit: graphql.complexity_limit },
    grpc,
    environment: toEnvironment(environment),
  };
}

function toEnvironment(values: EnvironmentValues): EnvironmentConfig {
  return {
    nodeEnv: values.node_env,
    rustLog: values.shaperail_log ?? values.rust_log ?? undefined,
    otelServiceName: values.otel_service_name,
    otelProtocol: values.otel_exporter_otlp_protocol ?? undefined,
    otelDisabled: values.otel_sdk_disabled,
    otelSampler: values.otel_traces_sampler ?? undefined,
    otelSamplerRatio: values.otel_traces_sampler_arg ?? undefined,
    otelResourceAttributes: values.otel_resource_attributes ?? undefined,
    redisUrl: values.redis_url ?? undefined,
    directDatabaseUrl: values.direct_database_url ?? undefined,
    webhookSecret: values.webhook_secret === null ? undefined : createSecret(values.webhook_secret),
    release: values.release ?? undefined,
  };
}
