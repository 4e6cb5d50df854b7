import type { JsonSchema } from "@shaperail/source";
import { AUTH, AUTH_CONDITIONS } from "./schema-auth.ts";
import { CONNECTION_NAME, DATABASE } from "./schema-databases.ts";
import { CACHE, NEAR } from "./schema-cache.ts";
import { GRAPHQL, GRPC, LOGGING, PROJECT, STORAGE } from "./schema.ts";
import { CORS, SERVER } from "./schema-http.ts";
import { JOBS, SCHEDULE } from "./schema-jobs.ts";
import { MIGRATIONS } from "./schema-migrations.ts";
import { AUTH_RATE_LIMIT, RATE_LIMIT } from "./schema-rate-limit.ts";
import { INBOUND, SUBSCRIBER, TARGETS, WEBHOOKS } from "./schema-events.ts";
import { toJsonSchema } from "./setting.ts";

/** JSON Schema (draft 2020-12) of `shaperail.config.yaml` as it is written, placeholders included; made from what the parser checks. */
export function configJsonSchema(): JsonSchema {
  const targets = toJsonSchema(SUBSCRIBER, {
    targets: { type: "array", minItems: 1, items: { oneOf: Object.entries(TARGETS).map(targetSchema) } },
  });
  const events: JsonSchema = toJsonSchema(
    {},
    {
      subscribers: { type: "array", items: { ...targets, required: ["event", "targets"] } },
      webhooks: toJsonSchema(WEBHOOKS),
      inbound: { type: "array", items: toJsonSchema(INBOUND) },
    },
  );
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "shaperail.config.yaml",
    ...toJsonSchema(PROJECT, {
      server: { description: "Limits and shutdown of the HTTP server.", ...toJsonSchema(SERVER) },
      cors: { description: "Pages of other origins that may read the answers.", ...toJsonSchema(CORS) },
      databases: {
        description: "Connections by name.",
        type: "object",
        propertyNames: { pattern: CONNECTION_NAME.source },
        additionalProperties: toJsonSchema(DATABASE),
        required: ["default"],
      },
      migrations: { description: "Migrations of the databases.", ...toJsonSchema(MIGRATIONS) },
      cache: { description: "Response cache.", ...toJsonSchema(CACHE, { near: nearSchema() }) },
      jobs: { description: "Queues of jobs.", ...toJsonSchema(JOBS) },
      schedules: {
        description: "Jobs that are added again and again.",
        type: "array",
        items: toJsonSchema(SCHEDULE, { payload: { description: "What the job gets." } }),
      },
      auth: { description: "Authentication.", ...toJsonSchema(AUTH), ...AUTH_CONDITIONS },
      rate_limit: {
        description: "How often one caller may call.",
        ...toJsonSchema(RATE_LIMIT, {
          auth: { description: "How often one may try to get a token.", ...toJsonSchema(AUTH_RATE_LIMIT) },
        }),
        dependentRequired: { max_requests: ["window_secs"], window_secs: ["max_requests"] },
      },
      storage: { description: "Where uploads are kept.", ...toJsonSchema(STORAGE) },
      logging: { description: "Logging and tracing.", ...toJsonSchema(LOGGING) },
      events: { description: "Event subscribers and webhooks.", ...events },
      graphql: { description: "GraphQL.", ...toJsonSchema(GRAPHQL) },
      grpc: { description: "gRPC.", ...toJsonSchema(GRPC) },
    }),
  };
}

function nearSchema(): JsonSchema {
  return {
    description: "Answers that each process keeps of its own, in front of Redis.",
    anyOf: [{ type: "boolean" }, { type: "string", pattern: "\\$\\{" }, toJsonSchema(NEAR)],
  };
}

function targetSchema([type, settings]: [string, (typeof TARGETS)[keyof typeof TARGETS]]): JsonSchema {
  const { properties, ...schema } = toJsonSchema(settings);
  return { ...schema, properties: { ...(properties as object), type: { const: type } } };
}
