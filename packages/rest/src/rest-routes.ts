import { setTimeout as sleep } from "node:timers/promises";
import { isShaperailError } from "@shaperail/core";
import type { Exchange, Route } from "@shaperail/http";
import type { Endpoint, EndpointKind, Resource } from "@shaperail/resource";
import type { Controller, Handler } from "./controller.ts";
import { compileBulkCreate } from "./endpoint/bulk-create.ts";
import { compileBulkDelete } from "./endpoint/bulk-delete.ts";
import { compileCreate } from "./endpoint/create.ts";
import { compileCustom } from "./endpoint/custom.ts";
import { compileDelete } from "./endpoint/delete.ts";
import type { Answer, EndpointContext } from "./endpoint/endpoint-context.ts";
import { compileGet } from "./endpoint/get.ts";
import { compileList } from "./endpoint/list.ts";
import { compileUpdate } from "./endpoint/update.ts";
import { RestError } from "./errors.ts";
import type { Authorize, StatementRunner } from "./port.ts";
import { toHttpError } from "./sql/db-error.ts";
import { compileIncludes } from "./sql/include.ts";
import { createReferenceResolver } from "./sql/item-references.ts";
import { compileTables, type Table } from "./sql/table.ts";

/** Functions of the application, by the name a resource file calls them. */
export interface ResourceFunctions {
  readonly controllers: Readonly<Record<string, unknown>>;
  readonly handlers: Readonly<Record<string, unknown>>;
}

export interface RestOptions {
  /** Validated resources, all that share a database. */
  readonly resources: readonly Resource[];
  /** The database a resource's `db:` names. Asked once per resource, at start. */
  readonly database: (name: string) => StatementRunner;
  /** Decides about every endpoint that is not public. */
  readonly authorize: Authorize;
  /** Controllers and handlers of a resource. @default none */
  readonly functions?: (resource: Resource) => ResourceFunctions;
  /** What controllers and handlers get as `db`, from the name in `db:`. @default undefined */
  readonly client?: (name: string) => unknown;
  /**
   * Largest request body, in bytes, after decompression.
   * @default 1_048_576
   */
  readonly maxBodyBytes?: number;
}

const COMPILERS: Readonly<Record<Exclude<EndpointKind, "custom">, (context: EndpointContext) => Answer>> = {
  list: compileList,
  get: compileGet,
  create: compileCreate,
  update: compileUpdate,
  delete: compileDelete,
  bulk_create: compileBulkCreate,
  bulk_delete: compileBulkDelete,
};

const NO_FUNCTIONS: ResourceFunctions = { controllers: {}, handlers: {} };

/**
 * Compiles every endpoint of the resources: SQL text, validators and serialisers are made here, once, not per request.
 * @throws RestError `REST_FUNCTION_MISSING` for a controller or handler that is named and not there.
 */
export function createRestRoutes(options: RestOptions): readonly Route[] {
  const tables = compileTables(options.resources);
  return options.resources.flatMap((resource) => {
    const table = tables.get(resource);
    if (table === undefined) return [];
    const runner = options.database(resource.db);
    const shared = {
      table,
      includes: compileIncludes(resource, tables),
      resolve: createReferenceResolver(resource, tables),
      run: retrying(runner, table),
      transaction: runner.transaction?.bind(runner),
      db: resource.endpoints.some(runsFunctions) ? options.client?.(resource.db) : undefined,
      authorize: options.authorize,
      maxBodyBytes: options.maxBodyBytes,
    };
    const functions = options.functions?.(resource) ?? NO_FUNCTIONS;
    return resource.endpoints.map((endpoint) => compileRoute({ ...shared, endpoint }, functions));
  });
}

/** Only the application's own code is handed a client, and making one loads a query builder. */
function runsFunctions({ kind, before, after }: Endpoint): boolean {
  return kind === "custom" || before.length > 0 || after.length > 0;
}

function compileRoute(
  shared: Omit<EndpointContext, "before" | "after" | "statementName">,
  { controllers, handlers }: ResourceFunctions,
): Route {
  const { endpoint, table, authorize } = shared;
  const { resource } = table;
  const find = (names: readonly string[], kind: "controller"): Controller[] =>
    names.map((name) => findFunction(controllers, { name, kind, endpoint, resource }) as Controller);
  const context: EndpointContext = {
    ...shared,
    statementName: `${resource.name}_v${resource.version}_${endpoint.action}`,
    before: find(endpoint.before, "controller"),
    after: find(endpoint.after, "controller"),
  };
  const answer = compileAnswer(context, handlers);
  const { auth } = endpoint;
  const handle =
    auth.kind === "public"
      ? (exchange: Exchange): Promise<void> => answer(exchange, undefined)
      : async (exchange: Exchange): Promise<void> => {
          const subject = await authorize(exchange, auth);
          await answer(withoutStore(exchange), subject);
        };
  return { method: endpoint.method, path: `/v${resource.version}${endpoint.path}`, handle };
}

const withNoStore = new WeakMap<readonly string[], readonly string[]>();

/** What was answered to one caller must not be kept for another: every response says so. */
function withoutStore(exchange: Exchange): Exchange {
  const { baseHeaders } = exchange;
  let headers = withNoStore.get(baseHeaders);
  if (headers === undefined) {
    headers = Object.freeze([...baseHeaders, "Cache-Control", "no-store"]);
    withNoStore.set(baseHeaders, headers);
  }
  return { ...exchange, baseHeaders: headers };
}

function compileAnswer(context: EndpointContext, handlers: Readonly<Record<string, unknown>>): Answer {
  const { endpoint, table } = context;
  if (endpoint.kind !== "custom") return COMPILERS[endpoint.kind](context);
  const name = endpoint.handler ?? endpoint.action;
  const handler = findFunction(handlers, { name, kind: "handler", endpoint, resource: table.resource }) as Handler;
  return compileCustom(context, handler);
}

interface Wanted {
  readonly name: string;
  readonly kind: "controller" | "handler";
  readonly endpoint: Endpoint;
  readonly resource: Resource;
}

function findFunction(
  functions: Readonly<Record<string, unknown>>,
  { name, kind, endpoint, resource }: Wanted,
): unknown {
  const found = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (typeof found === "function") return found;
  const file = `${resource.name}.${kind === "controller" ? "controller" : "handlers"}.ts`;
  throw new RestError(`The ${kind} \`${name}\` of ${resource.name}.${endpoint.action} does not exist.`, {
    code: "REST_FUNCTION_MISSING",
    hint: `Export a function of this name from ${file}, beside ${resource.file}.`,
    details: { resource: resource.name, version: resource.version, action: endpoint.action, function: name },
  });
}

const MOST_ATTEMPTS = 3;
const LONGEST_PAUSE_MS = 50;

/**
 * Runs statements, and again when PostgreSQL ended one so that another could go on: a statement is a transaction of its own, so nothing of it
 * has happened. What still fails becomes the answer.
 */
function retrying(runner: StatementRunner, table: Table): StatementRunner["run"] {
  return async (statement, values) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await runner.run(statement, values);
      } catch (error) {
        const mayRetry = isShaperailError(error) && RETRYABLE.has(error.code) && attempt < MOST_ATTEMPTS;
        if (!mayRetry) throw toHttpError(error, table);
        // Those who met once should not meet again.
        await sleep(Math.random() * LONGEST_PAUSE_MS * attempt);
      }
    }
  };
}

const RETRYABLE: ReadonlySet<string> = new Set(["DB_DEADLOCK", "DB_SERIALIZATION_FAILURE"]);
