import type { Route } from "@shaperail/http";
import type { Endpoint, EndpointKind, Resource } from "@shaperail/resource";
import { compileCachedAnswer } from "./cache/cached-answer.ts";
import { type Changes, compileChanges } from "./cache/changes.ts";
import { compileSettled, compileWriteAnswer } from "./cache/write-answer.ts";
import type { Controller } from "./controller.ts";
import { compileBulkCreate } from "./endpoint/bulk-create.ts";
import { compileBulkDelete } from "./endpoint/bulk-delete.ts";
import { compileCreate } from "./endpoint/create.ts";
import { compileCustom } from "./endpoint/custom.ts";
import { compileDelete } from "./endpoint/delete.ts";
import { type Answer, type EndpointContext, isControlled, type Render } from "./endpoint/endpoint-context.ts";
import { compileGet } from "./endpoint/get.ts";
import { compileList } from "./endpoint/list.ts";
import { sendConditionally } from "./endpoint/send-rendered.ts";
import { compileUpdate } from "./endpoint/update.ts";
import { RestError } from "./errors.ts";
import { findController, findHandler, type ResourceFunctions } from "./functions.ts";
import { compileGate } from "./gate.ts";
import { compileFollowing } from "./outbox/following.ts";
import type { RestOutbox } from "./outbox/outbox-port.ts";
import type { Authorize, Limit, ResponseCache, StatementRunner } from "./port.ts";
import { compileIncludes } from "./sql/include.ts";
import { compileReferences } from "./sql/references.ts";
import { createSession, type Session } from "./sql/session.ts";
import { compileTables, type Table } from "./sql/table.ts";
import { createTurns, type Turns } from "./sql/turns.ts";

export interface RestOptions {
  /** Validated resources, all that share a database. */
  readonly resources: readonly Resource[];
  /** The database a resource's `db:` names. Asked once per resource, at start. */
  readonly database: (name: string) => StatementRunner;
  /** Decides who may call what, and which rows they see. Not asked about public endpoints where it makes no difference who calls. */
  readonly authorize: Authorize;
  /**
   * Counts every call.
   * @default nothing is limited, and an endpoint with `rate_limit` is refused
   */
  readonly limit?: Limit;
  /**
   * Keeps the answers of endpoints with `cache`, and is told of every write.
   * @default nothing is kept, whatever endpoints declare
   */
  readonly cache?: ResponseCache;
  /**
   * Where jobs and events are stored together with the rows they follow from, on the database a resource's `db:` names. Asked once per resource.
   * @default nowhere, and an endpoint with `jobs` or `events` is refused
   */
  readonly outbox?: (name: string) => RestOutbox | undefined;
  /**
   * Whether policies of the database check tenants as well: every statement about rows of tenants then runs in a transaction that says
   * whose they are, in the settings `shaperail.tenant_id` and `shaperail.bypass_tenant`. Asked once per resource, by the name in `db:`.
   * @default no
   */
  readonly rowLevelSecurity?: (name: string) => boolean;
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

const COMPILERS: Readonly<Record<Exclude<EndpointKind, "custom">, (context: EndpointContext) => Render>> = {
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
 * @throws RestError `REST_FUNCTION_MISSING` for a controller or handler that is named and not there, `REST_LIMIT_MISSING` for a `rate_limit`
 * without {@link RestOptions.limit}, `REST_OUTBOX_MISSING` for `jobs` and `events` without {@link RestOptions.outbox}, `REST_TRANSACTION_MISSING` for row-level security without transactions.
 */
export function createRestRoutes(options: RestOptions): readonly Route[] {
  if (options.limit === undefined) refuseRateLimits(options.resources);
  const tables = compileTables(options.resources);
  const beginChanges = compileChanges(options.resources, options.cache);
  const sensitive = sensitiveNames(options.resources);
  const turnsByDatabase = new Map<string, Turns>();
  return options.resources.flatMap((resource) => {
    const table = tables.get(resource);
    if (table === undefined) return [];
    const runner = options.database(resource.db);
    const turns = turnsByDatabase.get(resource.db) ?? createTurns({ most: halfOf(runner) });
    turnsByDatabase.set(resource.db, turns);
    const shared = {
      table,
      includes: compileIncludes(resource, tables),
      references: compileReferences(resource, tables),
      ...openSession(resource.db, { runner, table, options }),
      db: resource.endpoints.some(runsFunctions) ? options.client?.(resource.db) : undefined,
      outbox: openOutbox(resource, options),
      sensitive,
      turns,
      authorize: options.authorize,
      limit: options.limit,
      cache: options.cache,
      beginChanges,
      maxBodyBytes: options.maxBodyBytes,
    };
    const functions = options.functions?.(resource) ?? NO_FUNCTIONS;
    return resource.endpoints.map((endpoint) => compileRoute({ ...shared, endpoint }, functions));
  });
}

function sensitiveNames(resources: readonly Resource[]): ReadonlySet<string> {
  return new Set(resources.flatMap(({ fields }) => fields.filter((field) => field.sensitive).map(({ name }) => name)));
}

function openOutbox(resource: Resource, { outbox }: RestOptions): RestOutbox | undefined {
  const opened = outbox?.(resource.db);
  const declaring = resource.endpoints.find(({ jobs, events }) => jobs.length + events.length > 0);
  if (opened !== undefined || declaring === undefined) return opened;
  const { name, version } = resource;
  throw new RestError(`${name}.${declaring.action} declares \`jobs\` or \`events\`, and nothing stores them.`, {
    code: "REST_OUTBOX_MISSING",
    hint: "Pass `outbox` to createRestRoutes, or remove `jobs` and `events` from the endpoint.",
    details: { resource: name, version, action: declaring.action },
  });
}

/** Of the connections of a database. */
function halfOf(runner: StatementRunner): number {
  return Math.max(1, Math.floor((runner.stats?.().size ?? 0) / 2));
}

interface SessionParts {
  readonly runner: StatementRunner;
  readonly table: Table;
  readonly options: RestOptions;
}

function openSession(name: string, { runner, table, options }: SessionParts): Session {
  const rowLevelSecurity = options.rowLevelSecurity?.(name) ?? false;
  if (!rowLevelSecurity || runner.transaction !== undefined) return createSession({ runner, table, rowLevelSecurity });
  throw new RestError(`The database \`${name}\` has no \`transaction\`, which row-level security needs.`, {
    code: "REST_TRANSACTION_MISSING",
    hint: "Give a database with `transaction`, or leave `rowLevelSecurity` off.",
    details: { database: name },
  });
}

function refuseRateLimits(resources: readonly Resource[]): void {
  for (const { name, version, endpoints } of resources) {
    const limited = endpoints.find(({ rateLimit }) => rateLimit !== undefined);
    if (limited === undefined) continue;
    throw new RestError(`${name}.${limited.action} declares \`rate_limit\`, and nothing counts its calls.`, {
      code: "REST_LIMIT_MISSING",
      hint: "Pass `limit` to createRestRoutes, or remove `rate_limit` from the endpoint.",
      details: { resource: name, version, action: limited.action },
    });
  }
}

/** Only the application's own code is handed a client, and making one loads a query builder. */
function runsFunctions({ kind, before, after }: Endpoint): boolean {
  return kind === "custom" || before.length > 0 || after.length > 0;
}

interface SharedParts
  extends Omit<EndpointContext, "before" | "after" | "statementName">, Pick<RestOptions, "limit" | "cache"> {
  readonly beginChanges: () => Changes;
}

function compileRoute(shared: SharedParts, { controllers, handlers }: ResourceFunctions): Route {
  const { endpoint, table, authorize, limit, cache } = shared;
  const { resource } = table;
  const find = (names: readonly string[]): Controller[] =>
    names.map((name) => findController(controllers, { name, endpoint, resource }));
  const context: EndpointContext = {
    ...shared,
    // With dots, which no name has: `notes_v1` and its `peek` are not `notes` and its `v1_peek`.
    statementName: `${resource.name}.v${resource.version}.${endpoint.action}`,
    before: find(endpoint.before),
    after: find(endpoint.after),
  };
  const answer = compileAnswer(context, { ...shared, render: compileRender(context, handlers) });
  const isCached = cache !== undefined && endpoint.cache !== undefined;
  const handle = compileGate({ endpoint, resource, authorize, limit, isCached }, answer);
  return { method: endpoint.method, path: `/v${resource.version}${endpoint.path}`, handle };
}

/** How an answer is sent: after a look into the cache, to a client that may have it already, or when the cache knows of the write. */
function compileAnswer(
  context: EndpointContext,
  { render, cache, beginChanges }: Pick<SharedParts, "cache" | "beginChanges"> & { readonly render: Render },
): Answer {
  const { endpoint } = context;
  const isCustom = endpoint.kind === "custom";
  if (cache !== undefined && endpoint.cache !== undefined) {
    const cached = { cache, declared: endpoint.cache };
    return compileCachedAnswer(context, {
      ...cached,
      render: isCustom ? compileSettled(context, { render, beginChanges }) : render,
    });
  }
  if (isCustom || endpoint.method !== "GET") return compileWriteAnswer(context, { render, beginChanges });
  return async (exchange, access) => sendConditionally(exchange, await render(exchange, access));
}

function compileRender(context: EndpointContext, handlers: Readonly<Record<string, unknown>>): Render {
  const { endpoint, table } = context;
  if (endpoint.kind !== "custom") return waking(context, COMPILERS[endpoint.kind](context));
  return compileCustom(context, findHandler(handlers, { endpoint, resource: table.resource }));
}

/** Tells the relay when the statement is committed. After a failure too: it may have come after the commit, and waking costs nothing. */
function waking(context: EndpointContext, render: Render): Render {
  const { outbox } = context;
  if (outbox === undefined || (compileFollowing(context) === undefined && !isControlled(context))) return render;
  return async (...call) => {
    try {
      return await render(...call);
    } finally {
      outbox.wake();
    }
  };
}
