import { reference } from "./context.ts";
import { errorResponses, type ErrorStatus, headersOf, LIMIT_HEADERS } from "./error-responses.ts";
import type { JsonObject, Operation, Part, PathItem } from "./model.ts";
import { SYSTEM_TAG } from "./system-tag.ts";

/** Which routes give out tokens: none, those that go on with a session, or also the one that starts it. */
export type TokenRoutes = "none" | "refresh" | "login";

const texts = (...names: readonly string[]): JsonObject =>
  Object.fromEntries(names.map((name) => [name, { type: "string" }]));

/** The schemas of the routes that give out tokens. */
export const TOKEN_SCHEMAS: JsonObject = {
  RefreshTokenInput: {
    type: "object",
    required: ["refresh_token"],
    properties: texts("refresh_token"),
    additionalProperties: false,
  },
  TokenPair: {
    type: "object",
    required: ["access_token", "refresh_token", "token_type", "expires_in"],
    properties: {
      ...texts("access_token", "refresh_token"),
      token_type: { type: "string", enum: ["Bearer"] },
      expires_in: { type: "integer", description: "Seconds until the access token expires.", minimum: 0 },
    },
  },
};

interface TokenRoute {
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly input: Part;
  readonly success: Readonly<Record<string, Part>>;
  readonly errors: readonly ErrorStatus[];
}

const ERRORS: readonly ErrorStatus[] = ["400", "413", "415", "422", "429", "500", "503"];
const PAIR: Part = {
  description: "An access token, and a refresh token to go on with.",
  headers: headersOf(LIMIT_HEADERS),
  content: { "application/json": { schema: reference("schemas", "TokenPair") } },
};
const REFRESH_TOKEN = reference("schemas", "RefreshTokenInput");

const LOGIN: TokenRoute = {
  path: "/auth/token",
  operationId: "system_login",
  summary: "Start a session",
  input: { type: "object", description: "What the application's check of credentials asks for." },
  success: { 200: PAIR },
  errors: [...ERRORS, "401"],
};
const SESSION: readonly TokenRoute[] = [
  {
    path: "/auth/refresh",
    operationId: "system_refresh",
    summary: "Go on with a session: spend a refresh token for the next pair",
    input: REFRESH_TOKEN,
    success: { 200: PAIR },
    errors: [...ERRORS, "401"],
  },
  {
    path: "/auth/logout",
    operationId: "system_logout",
    summary: "End a session",
    input: REFRESH_TOKEN,
    success: { 204: { description: "There is no such session any more.", headers: headersOf(LIMIT_HEADERS) } },
    errors: ERRORS,
  },
];

/** Names these routes keep for themselves, whether they are served or not. */
export const TOKEN_OPERATIONS: readonly string[] = [LOGIN, ...SESSION].map(({ operationId }) => operationId);

/** The routes that give out tokens, as far as they are served. */
export function tokenPaths(routes: TokenRoutes): ReadonlyMap<string, PathItem> {
  const served = { none: [], refresh: SESSION, login: [LOGIN, ...SESSION] }[routes];
  return new Map(served.map((route) => [route.path, { post: toOperation(route) }]));
}

function toOperation({ operationId, summary, input, success, errors }: TokenRoute): Operation {
  return {
    operationId,
    tags: [SYSTEM_TAG],
    summary,
    security: [],
    requestBody: { required: true, content: { "application/json": { schema: input } } },
    responses: { ...errorResponses(errors), ...success },
  };
}
