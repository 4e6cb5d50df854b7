import type { EndpointRateLimit, Resource } from "@shaperail/resource";
import { createContext, type DocumentContext } from "./context.ts";
import { ERROR_SCHEMAS, errorComponents } from "./error-responses.ts";
import { HEADER_PARAMETERS, RESPONSE_HEADERS } from "./headers.ts";
import type { Components, OpenApiDocument, PathItem, PathMethod } from "./model.ts";
import { type PlacedEndpoint, toOperation } from "./operation.ts";
import { documentPath } from "./parameters.ts";
import { usedComponents } from "./prune.ts";
import { resourceSchemas } from "./resource-schemas.ts";
import { sortKeys } from "./sort-keys.ts";
import { META_SCHEMAS } from "./success-responses.ts";
import { type DocumentFeatures, SYSTEM_OPERATIONS, SYSTEM_SCHEMAS, systemPaths } from "./system-paths.ts";
import { SYSTEM_TAG } from "./system-tag.ts";

/** What {@link createOpenApiDocument} describes. */
export interface OpenApiOptions {
  readonly resources: readonly Resource[];
  /** Name of the API: the project. */
  readonly title: string;
  /**
   * Version of the API, not of OpenAPI.
   * @default "1.0.0"
   */
  readonly version?: string;
  /**
   * Where the API is served.
   * @default [{ url: "/" }] — wherever the document comes from
   */
  readonly servers?: readonly { readonly url: string; readonly description?: string }[];
  /**
   * Which built-in routes are served beside the resources.
   * @default {} — all but those that give out tokens
   */
  readonly features?: DocumentFeatures;
  /**
   * The limit of every endpoint that declares none.
   * @default none
   */
  readonly rateLimit?: EndpointRateLimit;
}

const SECURITY_SCHEMES = {
  bearerAuth: { type: "http", scheme: "bearer", bearerFormat: "JWT", description: "An access token." },
  apiKeyAuth: { type: "apiKey", in: "header", name: "X-API-Key", description: "Used when no token is sent." },
};

const OWN_SCHEMAS = { ...ERROR_SCHEMAS, ...META_SCHEMAS, ...SYSTEM_SCHEMAS };

// Schemas become types of the same names in a client, where these mean something already.
const CLIENT_NAMES = ["ApiClient", "Array", "FormData", "Record"];

/**
 * Describes what the server answers for these resources. The same resources, in whatever order, make the same bytes.
 *
 * The resources must come from the parser: what it refuses is not checked again.
 */
export function createOpenApiDocument({
  resources,
  title,
  version = "1.0.0",
  servers = [{ url: "/" }],
  features = {},
  rateLimit,
}: OpenApiOptions): OpenApiDocument {
  const ordered = resources.map((resource) => withLimit(resource, rateLimit)).toSorted(byNameAndVersion);
  const context = createContext({
    resources: ordered,
    reservedOperations: SYSTEM_OPERATIONS,
    reservedSchemas: [...Object.keys(OWN_SCHEMAS), ...CLIENT_NAMES],
  });
  const paths = { ...Object.fromEntries(systemPaths(features)), ...resourcePaths(ordered, context) };
  return sortKeys({
    openapi: "3.1.0",
    info: { title, version },
    servers,
    tags: tagsOf(ordered),
    paths,
    components: usedComponents(paths, { ...componentsOf(ordered, context), responses: errorsOf(ordered, features) }),
  });
}

function byNameAndVersion(left: Resource, right: Resource): number {
  if (left.name !== right.name) return left.name < right.name ? -1 : 1;
  return left.version - right.version;
}

function tagsOf(resources: readonly Resource[]): OpenApiDocument["tags"] {
  const names = new Set(resources.map(({ name }) => name));
  const tags = [...names].map((name) => ({ name, description: `Rows of ${name}.` }));
  const system = { name: SYSTEM_TAG, description: "The service itself." };
  return [...tags.filter(({ name }) => name !== SYSTEM_TAG), system];
}

function withLimit(resource: Resource, rateLimit: EndpointRateLimit | undefined): Resource {
  if (rateLimit === undefined) return resource;
  return {
    ...resource,
    endpoints: resource.endpoints.map((endpoint) => ({ ...endpoint, rateLimit: endpoint.rateLimit ?? rateLimit })),
  };
}

function errorsOf(resources: readonly Resource[], { tokens = "none" }: DocumentFeatures): Components["responses"] {
  const hasLimit = resources.some(({ endpoints }) => endpoints.some(({ rateLimit }) => rateLimit !== undefined));
  return errorComponents({ isLimited: hasLimit || tokens !== "none" }) as Components["responses"];
}

function componentsOf(resources: readonly Resource[], context: DocumentContext): Omit<Components, "responses"> {
  const own = resources.map((resource) => resourceSchemas(resource, context));
  return {
    schemas: Object.assign({}, ...own, OWN_SCHEMAS) as Components["schemas"],
    headers: RESPONSE_HEADERS as Components["headers"],
    parameters: HEADER_PARAMETERS,
    securitySchemes: SECURITY_SCHEMES,
  };
}

/**
 * One entry per path. OpenAPI takes `/posts/{id}` and `/posts/{slug}` for the same path, the router tells their methods apart:
 * the first name stands for both.
 */
function resourcePaths(resources: readonly Resource[], context: DocumentContext): Record<string, PathItem> {
  const paths = new Map<string, { readonly template: string; readonly item: { [Method in PathMethod]?: object } }>();
  for (const resource of resources) {
    for (const endpoint of resource.endpoints) {
      const { template, declared } = documentPath(resource, endpoint);
      const shape = template.replaceAll(/\{[^}]+\}/g, "{}");
      const entry = paths.get(shape) ?? { template, item: {} };
      paths.set(shape, entry);
      const placed: PlacedEndpoint = { resource, endpoint, path: { template: entry.template, declared } };
      entry.item[endpoint.method.toLowerCase() as PathMethod] = toOperation(placed, context);
    }
  }
  return Object.fromEntries([...paths.values()].map(({ template, item }) => [template, item as PathItem]));
}
