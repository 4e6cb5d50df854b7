import { isShaperailError } from "@shaperail/core";
import { type Exchange, HttpError } from "@shaperail/http";
import type { Endpoint } from "@shaperail/resource";
import type { Changes } from "../cache/changes.ts";
import { type Controlled, type Controller, createContext, type Rendered, runControllers } from "../controller.ts";
import { validationError } from "../input/issue.ts";
import { EVERYTHING, isPublic, NO_STORE } from "../access.ts";
import { actionOf } from "../outbox/following.ts";
import { type Asked, createAsked } from "../outbox/asked.ts";
import type { RestOutbox } from "../outbox/outbox-port.ts";
import type { Access, Authorize } from "../port.ts";
import { parseTextValue } from "../query/text-value.ts";
import type { Include } from "../sql/include.ts";
import type { Reference } from "../sql/references.ts";
import type { ScopedTable, Session } from "../sql/session.ts";
import type { Table } from "../sql/table.ts";
import type { Turns } from "../sql/turns.ts";

/** What compiling an endpoint needs. */
export interface EndpointContext extends Session {
  readonly endpoint: Endpoint;
  readonly table: Table;
  /** The relations `include` can name. */
  readonly includes: ReadonlyMap<string, Include>;
  /** References that writes check, by field. */
  readonly references: ReadonlyMap<string, Reference>;
  /** Prefix of the endpoint's statement names: `posts.v1.list`. */
  readonly statementName: string;
  readonly authorize: Authorize;
  readonly before: readonly Controller[];
  readonly after: readonly Controller[];
  /** What controllers and handlers get as `db`. */
  readonly db: unknown;
  /** Where jobs and events of this connection are stored; undefined: the application has none. */
  readonly outbox: RestOutbox | undefined;
  /** Names of sensitive fields, of all resources: no payload has them. */
  readonly sensitive: ReadonlySet<string>;
  /** For work that holds a connection of the database and may need a second one. */
  readonly turns: Turns;
  /**
   * Largest request body, in bytes.
   * @default 1_048_576
   */
  readonly maxBodyBytes: number | undefined;
}

/** Answers requests to an endpoint whose caller was let in. */
export type Answer = (exchange: Exchange, access: Access) => Promise<void>;

/** What is known of a request besides. */
export interface RenderOptions {
  /** The scopes of included rows, when they have been decided; in the order of the includes. */
  readonly related?: readonly ScopedTable[];
  /** What functions of the application have changed besides. */
  readonly changes?: Pick<Changes, "note">;
}

/** Makes the answer to a request whose caller was let in, and sends nothing. */
export type Render = (exchange: Exchange, access: Access, options?: RenderOptions) => Promise<Rendered>;

export function isControlled({ before, after }: EndpointContext): boolean {
  return before.length + after.length > 0;
}

/** Runs the before-controllers; undefined when the endpoint has no controllers at all. */
export async function enterControllers(
  endpoint: EndpointContext,
  request: {
    readonly exchange: Exchange;
    readonly access: Access;
    readonly input?: Record<string, unknown>;
    readonly changes: RenderOptions["changes"];
  },
): Promise<Controlled | undefined> {
  if (!isControlled(endpoint)) return undefined;
  const { exchange, access, input = {}, changes } = request;
  const asked = beginAsking(endpoint, access, { holds: true });
  const context = createContext({ exchange, access, input, changes, db: endpoint.db, table: endpoint.table, asked });
  await runControllers(endpoint.before, context);
  return { context, after: endpoint.after, asked };
}

/** Takes what the functions of a request ask to be done. */
export function beginAsking(
  { endpoint, table, outbox, sensitive, runAs }: EndpointContext,
  { scope }: Access,
  { holds }: { readonly holds: boolean },
): Asked {
  const { name: resource } = table.resource;
  return createAsked({ outbox, resource, action: actionOf(endpoint), sensitive, run: runAs(scope), holds });
}

/** The row's primary key, which the resource rules put into the path as `:id`; 422 when it cannot be one. */
export function readKey(exchange: Exchange, table: Table): string {
  return toKey(exchange.params["id"] ?? "", { table, field: "id" });
}

/** Text of a primary key as PostgreSQL's text; 422 that names `field` when it cannot be one. */
export function toKey(text: string | undefined, { table, field: name }: { table: Table; field: string }): string {
  const { field } = table.primaryKey;
  const key = text === undefined ? undefined : parseTextValue(field, text);
  if (key !== undefined) return key;
  const code = field.type === "uuid" ? "invalid_uuid" : field.type === "integer" ? "invalid_integer" : "invalid_id";
  throw validationError([{ field: name, code, message: `must be a valid ${field.type}` }]);
}

/** No row with this key, as far as the caller may know. */
export function notFound(): HttpError {
  return new HttpError("Resource not found", { code: "NOT_FOUND" });
}

export const NOTHING_INCLUDED: readonly ScopedTable[] = [];

/** Included rows are shown to those who may read them at their own endpoint, and only those rows; in the order of the includes. */
export async function authorizeIncludes(
  exchange: Exchange,
  includes: readonly Include[],
  { authorize }: Pick<EndpointContext, "authorize">,
): Promise<readonly ScopedTable[]> {
  if (includes.length === 0) return NOTHING_INCLUDED;
  const related: ScopedTable[] = [];
  for (const { requirement, key, target } of includes) {
    if (requirement === undefined)
      throw new HttpError(`\`${key}\` cannot be included: nobody may read it.`, { code: "FORBIDDEN" });
    const scope = isPublic(requirement) ? EVERYTHING : (await authorize(exchange, requirement)).scope;
    related.push({ table: target, scope });
  }
  return related;
}

/** Headers of an answer with these rows in it: one that not everybody may see is not for caches, even where the endpoint is public. */
export function privacyOf(includes: readonly Include[]): Rendered["headers"] {
  const isOpen = includes.every(({ requirement }) => requirement !== undefined && isPublic(requirement));
  return isOpen ? undefined : NO_STORE;
}

/** PostgreSQL could not read a bound value as the type of its column. */
export function isInvalidValue(error: unknown): boolean {
  const cause = error instanceof HttpError ? error.cause : error;
  return isShaperailError(cause) && cause.code === "DB_INVALID_VALUE";
}
