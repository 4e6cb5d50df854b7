import type { Exchange, Route } from "@shaperail/http";
import type { EndpointKind, Resource } from "@shaperail/resource";
import { toHttpError } from "./sql/db-error.ts";
import { compileCreate } from "./endpoint/create.ts";
import type { EndpointContext } from "./endpoint/endpoint-context.ts";
import { compileDelete } from "./endpoint/delete.ts";
import { compileGet } from "./endpoint/get.ts";
import { compileList } from "./endpoint/list.ts";
import { compileUpdate } from "./endpoint/update.ts";
import { RestError } from "./errors.ts";
import type { Authorize, StatementRunner } from "./port.ts";
import { compileIncludes } from "./sql/include.ts";
import { compileTables } from "./sql/table.ts";

export interface RestOptions {
  /** Validated resources, all that share a database. */
  readonly resources: readonly Resource[];
  /** The database a resource's `db:` names. Asked once per resource, at start. */
  readonly database: (name: string) => StatementRunner;
  /** Decides about every endpoint that is not public. */
  readonly authorize: Authorize;
  /**
   * Largest request body, in bytes, after decompression.
   * @default 1_048_576
   */
  readonly maxBodyBytes?: number;
}

type Compile = (context: EndpointContext) => (exchange: Exchange) => Promise<void>;

const COMPILERS: Readonly<Partial<Record<EndpointKind, Compile>>> = {
  list: compileList,
  get: compileGet,
  create: compileCreate,
  update: compileUpdate,
  delete: compileDelete,
};

/**
 * Compiles every endpoint of the resources: SQL text, validators and serialisers are made here, once, not per request.
 * @throws RestError `REST_ENDPOINT_UNSUPPORTED` for an endpoint that could not be answered.
 */
export function createRestRoutes(options: RestOptions): readonly Route[] {
  const tables = compileTables(options.resources);
  return options.resources.flatMap((resource) => {
    const table = tables.get(resource);
    if (table === undefined) return [];
    const includes = compileIncludes(resource, tables);
    return resource.endpoints.map((endpoint) => compileRoute({ table, includes, endpoint }, options));
  });
}

function compileRoute(
  { table, includes, endpoint }: Pick<EndpointContext, "table" | "includes" | "endpoint">,
  { database, authorize, maxBodyBytes }: RestOptions,
): Route {
  const { resource } = table;
  const compile = COMPILERS[endpoint.kind];
  if (compile === undefined) {
    throw new RestError(`The endpoint ${resource.name}.${endpoint.action} (${endpoint.kind}) cannot be served.`, {
      code: "REST_ENDPOINT_UNSUPPORTED",
      hint: `Remove the endpoint from ${resource.file}.`,
      details: { resource: resource.name, version: resource.version, action: endpoint.action },
    });
  }
  const runner = database(resource.db);
  const answer = compile({
    endpoint,
    table,
    includes,
    authorize,
    statementName: `${resource.name}_v${resource.version}_${endpoint.action}`,
    run: async (statement, values) => {
      try {
        return await runner.run(statement, values);
      } catch (error) {
        throw toHttpError(error, table);
      }
    },
    maxBodyBytes,
  });
  const { auth } = endpoint;
  const handle =
    auth.kind === "public"
      ? answer
      : async (exchange: Exchange): Promise<void> => {
          await authorize(exchange, auth);
          await answer(exchange);
        };
  return { method: endpoint.method, path: `/v${resource.version}${endpoint.path}`, handle };
}
