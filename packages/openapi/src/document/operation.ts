import type { Endpoint, Resource } from "@shaperail/resource";
import { type DocumentContext, reference } from "./context.ts";
import { describeEndpoint, summarizeEndpoint } from "./describe.ts";
import { type ErrorStatus, errorResponses } from "./error-responses.ts";
import type { HEADER_PARAMETERS } from "./headers.ts";
import type { JsonObject, Operation, Part } from "./model.ts";
import { type DocumentPath, pathParameters, queryParameters, selects, takesKey } from "./parameters.ts";
import { requestBody } from "./request-body.ts";
import { successResponses } from "./success-responses.ts";

/** An endpoint and the path it has in the document. */
export interface PlacedEndpoint {
  readonly resource: Resource;
  readonly endpoint: Endpoint;
  readonly path: DocumentPath;
}

/** What an endpoint does, as OpenAPI describes it. */
export function toOperation({ resource, endpoint, path }: PlacedEndpoint, context: DocumentContext): Operation {
  const body = requestBody(resource, endpoint, context);
  const parameters = [
    ...pathParameters(resource, endpoint, path),
    ...queryParameters(resource, endpoint, context),
    ...headerParameters(endpoint),
  ];
  return {
    operationId: context.names.operation(resource, endpoint.action),
    tags: [resource.name],
    summary: summarizeEndpoint(resource, endpoint),
    description: describeEndpoint(resource, endpoint),
    security: securityOf(resource, endpoint, context),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: {
      ...successResponses(resource, endpoint, context),
      ...errorResponses(
        errorStatuses(endpoint, {
          hasBody: body !== undefined,
          hasParameters: parameters.length > 0,
          isGuarded: isGuarded(resource, endpoint, context),
        }),
      ),
    },
    ...extensions(endpoint),
  };
}

const CREDENTIALS: readonly Part[] = [{ bearerAuth: [] }, { apiKeyAuth: [] }];

/** What to authenticate with. An empty requirement means that it also works without. */
function securityOf(resource: Resource, endpoint: Endpoint, context: DocumentContext): readonly Part[] {
  if (endpoint.auth.kind === "restricted" || resource.tenantKey !== undefined) return CREDENTIALS;
  return usesCaller(resource, endpoint) || isGuarded(resource, endpoint, context) ? [{}, ...CREDENTIALS] : [];
}

/** Functions of the application are told who calls, a new row who made it, and an `Idempotency-Key` is its caller's own. */
function usesCaller({ fields }: Resource, { kind, before, after, input }: Endpoint): boolean {
  const keepsAuthor = fields.some(({ name }) => name === "created_by") && !input.includes("created_by");
  const runsFunctions = kind === "custom" || before.length > 0 || after.length > 0;
  return runsFunctions || kind === "create" || (kind === "bulk_create" && keepsAuthor);
}

function headerParameters({ kind }: Endpoint): readonly Part[] {
  const header = (name: keyof typeof HEADER_PARAMETERS): Part => reference("parameters", name);
  switch (kind) {
    case "get":
      return [header("IfNoneMatch")];
    case "create":
      return [header("IdempotencyKey")];
    case "update":
    case "delete":
      return [header("IfMatch")];
    case "list":
    case "bulk_create":
    case "bulk_delete":
    case "custom":
      return [];
  }
}

interface RequestParts {
  readonly hasBody: boolean;
  readonly hasParameters: boolean;
  /** Some requests need credentials. */
  readonly isGuarded: boolean;
}

/** The endpoint itself asks who calls, or the rows that `include` would add do. */
function isGuarded(resource: Resource, endpoint: Endpoint, { inclusions }: DocumentContext): boolean {
  if (endpoint.auth.kind === "restricted" || resource.tenantKey !== undefined) return true;
  const related = selects(endpoint) ? inclusions(resource) : [];
  return related.some(({ rule, resource: { tenantKey } }) => rule?.kind !== "public" || tenantKey !== undefined);
}

/** Every status an endpoint can refuse with. */
function errorStatuses(
  endpoint: Endpoint,
  { hasBody, hasParameters, isGuarded: guarded }: RequestParts,
): readonly ErrorStatus[] {
  const { kind, method, rateLimit } = endpoint;
  const onRow = takesKey(endpoint);
  const custom = kind === "custom";
  const writes = custom ? method !== "GET" : kind !== "list" && kind !== "get";
  const when = (holds: boolean, ...statuses: ErrorStatus[]): readonly ErrorStatus[] => (holds ? statuses : []);
  return [
    "400",
    ...when(guarded, "401", "403"),
    ...when(onRow || custom || kind === "bulk_delete", "404"),
    ...when(writes, "409"),
    ...when(kind === "update" || kind === "delete", "412"),
    ...when(hasBody, "413", "415"),
    ...when(hasBody || hasParameters, "422"),
    ...when(rateLimit !== undefined, "429"),
    "500",
    "503",
    // A handler may refuse with any code.
    ...when(custom, "default"),
  ];
}

function extensions({ auth, before, after, events }: Endpoint): JsonObject {
  const controller = {
    ...(before.length > 0 ? { before } : {}),
    ...(after.length > 0 ? { after } : {}),
  };
  return {
    "x-shaperail-auth": auth.kind === "public" ? "public" : [...auth.roles, ...(auth.owner ? ["owner"] : [])],
    ...(before.length + after.length > 0 ? { "x-shaperail-controller": controller } : {}),
    ...(events.length > 0 ? { "x-shaperail-events": events } : {}),
  };
}
