import { reference } from "./context.ts";
import { errorResponses, headersOf } from "./error-responses.ts";
import type { JsonObject, Operation, Part, PathItem } from "./model.ts";
import { SYSTEM_TAG } from "./system-tag.ts";
import { TOKEN_OPERATIONS, TOKEN_SCHEMAS, tokenPaths, type TokenRoutes } from "./token-paths.ts";

/** Built-in routes that an application may do without. */
export interface DocumentFeatures {
  /**
   * Whether readiness, metrics, this document and its page are served where the resources are, not on a port of their own.
   * @default true
   */
  readonly administration?: boolean;
  /**
   * Whether `/metrics` is served.
   * @default true
   */
  readonly metrics?: boolean;
  /**
   * Whether `/docs` is served.
   * @default true
   */
  readonly docs?: boolean;
  /**
   * Which of `/auth/token`, `/auth/refresh` and `/auth/logout` are served: `refresh` is the last two, `login` all three.
   * @default "none"
   */
  readonly tokens?: TokenRoutes;
}

/** The schemas of the built-in routes. */
export const SYSTEM_SCHEMAS: JsonObject = {
  ...TOKEN_SCHEMAS,
  HealthReport: {
    type: "object",
    description: "Whether this instance can serve.",
    required: ["status"],
    properties: {
      status: { type: "string", enum: ["ok", "degraded", "shutting_down"] },
      checks: {
        type: "object",
        description: "One entry for each dependency that is configured.",
        additionalProperties: {
          type: "object",
          required: ["status"],
          properties: { status: { type: "string" }, message: { type: "string" } },
        },
      },
    },
  },
};

interface SystemRoute {
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly responses: Readonly<Record<string, Part>>;
}

const HEALTH = { "application/json": { schema: reference("schemas", "HealthReport") } };
const TEXT = { schema: { type: "string" } };

const ROUTES: readonly SystemRoute[] = [
  {
    path: "/health",
    operationId: "system_health",
    summary: "Tell whether the process answers",
    responses: { 200: answer("It does.", HEALTH) },
  },
  {
    path: "/health/ready",
    operationId: "system_ready",
    summary: "Tell whether the process and everything it needs answer",
    responses: {
      200: answer("They do.", HEALTH),
      503: answer("Something does not, or the process is stopping.", HEALTH),
    },
  },
  {
    path: "/metrics",
    operationId: "system_metrics",
    summary: "Read the metrics",
    responses: { 200: answer("The metrics in the text format of Prometheus.", { "text/plain": TEXT }) },
  },
  {
    path: "/openapi.json",
    operationId: "system_openapi",
    summary: "Read this document",
    responses: { 200: answer("This document.", { "application/json": { schema: { type: "object" } } }) },
  },
  {
    path: "/docs",
    operationId: "system_docs",
    summary: "Open this document as a page",
    responses: { 200: answer("The page.", { "text/html": TEXT }) },
  },
];

/** Names the built-in routes keep for themselves, whether they are served or not, so that the others do not change with them. */
export const SYSTEM_OPERATIONS: readonly string[] = [
  ...ROUTES.map(({ operationId }) => operationId),
  ...TOKEN_OPERATIONS,
];

/** The built-in routes that are served. */
export function systemPaths({
  administration = true,
  metrics = true,
  docs = true,
  tokens = "none",
}: DocumentFeatures): ReadonlyMap<string, PathItem> {
  const absent = new Set([
    ...(administration ? [] : ["/health/ready", "/metrics", "/openapi.json", "/docs"]),
    ...(metrics ? [] : ["/metrics"]),
    ...(docs ? [] : ["/docs"]),
  ]);
  const present = ROUTES.filter(({ path }) => !absent.has(path));
  const read = present.map((route): [string, PathItem] => [route.path, { get: toOperation(route) }]);
  return new Map([...read, ...tokenPaths(tokens)]);
}

function toOperation({ operationId, summary, responses }: SystemRoute): Operation {
  const errors = errorResponses(["400", "500"]);
  return { operationId, tags: [SYSTEM_TAG], summary, security: [], responses: { ...errors, ...responses } };
}

function answer(description: string, content: JsonObject): Part {
  return { description, headers: headersOf([]), content };
}
