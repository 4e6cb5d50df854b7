import type { IncomingHttpHeaders } from "node:http";
import { type Exchange, HttpError, parseJson } from "@shaperail/http";
import type { Changes } from "./cache/changes.ts";
import type { Asked, AskOptions } from "./outbox/asked.ts";
import type { Access } from "./port.ts";
import type { Table } from "./sql/table.ts";
import { type ScopeQuery, scopedQuery } from "./scoped-query.ts";
import { toJsonText } from "./input/json-text.ts";

/** The caller, as controllers and handlers see it. */
export interface ControllerUser {
  readonly sub: string;
  readonly role: string;
  readonly tenant_id: string | undefined;
}

/**
 * What a controller works with. Before- and after-controllers of one request get the same object.
 *
 * `Input` and `Data` are the writable fields and the row of the resource; `Db` is what the application gave as its database client, and
 * `Jobs` the payloads of its jobs, by name.
 * `shaperail generate` writes these types from the resource files.
 */
export interface ControllerContext<
  Input = Record<string, unknown>,
  Data = Record<string, unknown>,
  Db = unknown,
  Name extends string = string,
  Jobs extends object = Record<string, unknown>,
> {
  /** What the client sent, checked, without keys it may not write. Change it in a before-controller; it is checked again. */
  input: Input;
  /** Null before; the row after. Change it in an after-controller to change the answer, not the table. */
  data: Data | null;
  /** Null on a public endpoint without credentials. */
  readonly user: ControllerUser | null;
  readonly db: Db;
  /**
   * The query with the predicates of the caller's scope on this resource's table: the tenant's rows, and with `auth: owner` the caller's
   * own. Nothing else adds them to what is asked through `db`.
   */
  readonly scope: ScopeQuery;
  /** Names in lower case. */
  readonly headers: Readonly<IncomingHttpHeaders>;
  /** Pairs of name and value that are added to the response. */
  readonly response_headers: [name: string, value: string][];
  /** The caller's tenant, when the resource has a `tenant_key`. */
  readonly tenant_id: string | undefined;
  /** Whatever controllers hand on to each other; never shown. */
  readonly session: Record<string, unknown>;
  /** Merged into `data` of the response, in front of columns of the same name; never stored. */
  readonly response_extras: Record<string, unknown>;
  readonly path_params: Readonly<Record<string, string | undefined>>;
  readonly request_id: string;
  /**
   * Says that rows of these resources have changed, other than by the endpoint's own statement: cached answers that show them are not given
   * any more when this request is answered.
   */
  readonly invalidate: (...resources: Name[]) => void;
  /**
   * Adds a job with the payload `{ resource, action, data }`. What a before-controller asks for is stored by the statement that writes the
   * row, and so happens if and only if that is written; anything else is stored at once, or in `options.transaction`. Sensitive fields are
   * left out of the data.
   */
  readonly enqueue: <Job extends string & keyof Jobs>(
    job: Job,
    data: JobData<Jobs[Job]>,
    options?: AskOptions,
  ) => Promise<void>;
  /** Emits an event, as {@link enqueue} adds a job. */
  readonly emit: (event: string, data: unknown, options?: AskOptions) => Promise<void>;
}

/** What of a job's payload the caller of `enqueue` gives. */
type JobData<Payload> = Payload extends { readonly data: infer Data } ? Data : unknown;

/** What a custom endpoint's handler works with besides. */
export interface HandlerContext<
  Input = Record<string, unknown>,
  Db = unknown,
  Name extends string = string,
  Jobs extends object = Record<string, unknown>,
> extends ControllerContext<Input, Record<string, unknown>, Db, Name, Jobs> {
  /** The request body as parsed; undefined when there is none. */
  readonly body: unknown;
  /** The query string's parameters; of a repeated one the last counts. */
  readonly query: ReadonlyMap<string, string>;
  /** Status of the answer. @default 200, or 204 when the handler returns undefined */
  status: number | undefined;
}

/** Runs before or after the statement of an endpoint. Throw an `HttpError` to answer with it; nothing further runs. */
export type Controller = (context: ControllerContext) => void | Promise<void>;

/** Answers a custom endpoint: what it returns becomes `data`. */
export type Handler = (context: HandlerContext) => unknown;

export interface NewContext {
  readonly exchange: Exchange;
  readonly access: Access;
  readonly input: Record<string, unknown>;
  readonly db: unknown;
  readonly table: Table;
  readonly changes: Pick<Changes, "note"> | undefined;
  readonly asked: Asked;
}

export function createContext({ exchange, access, input, db, table, changes, asked }: NewContext): ControllerContext {
  const { subject, scope } = access;
  return {
    input,
    data: null,
    user: subject === undefined ? null : { sub: subject.sub, role: subject.role, tenant_id: subject.tenantId },
    db,
    headers: exchange.request.headers,
    response_headers: [],
    tenant_id: table.tenant === undefined ? undefined : subject?.tenantId,
    scope: scopedQuery(table, scope),
    session: {},
    response_extras: {},
    path_params: exchange.params,
    request_id: exchange.requestId,
    invalidate: (...resources) => changes?.note(resources),
    enqueue: (name, data, options) => asked.ask({ kind: "job", name }, data, options),
    emit: (name, data, options) => asked.ask({ kind: "event", name }, data, options),
  };
}

export async function runControllers(controllers: readonly Controller[], context: ControllerContext): Promise<void> {
  for (const controller of controllers) await controller(context);
}

/** An answer that has not been sent, as the endpoint made it. */
export interface Prepared {
  readonly status: number;
  /** JSON text of `data`. */
  readonly data: string;
  /** Members of `meta`, without its braces; "" for none. */
  readonly meta?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer ready to be sent, or to be kept and sent again. */
export interface Rendered {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>> | undefined;
}

/** A request whose before-controllers have run. */
export interface Controlled {
  readonly context: ControllerContext;
  readonly after: readonly Controller[];
  readonly asked: Asked;
}

/** What the endpoint made, in the envelope. */
export function toAnswer({ status, data, meta = "", headers }: Prepared): Rendered {
  return { status, body: `{"data":${data}${meta === "" ? "}" : `,"meta":{${meta}}}`}`, headers };
}

/** The same after the after-controllers had it. */
export async function render(
  prepared: Prepared,
  controlled: Pick<Controlled, "context" | "after"> | undefined,
): Promise<Rendered> {
  if (controlled === undefined) return toAnswer(prepared);
  const { data, headers } = prepared;
  const { context, after } = controlled;
  if (after.length > 0) {
    context.data = parseJson(data, { maxDepth: DEEPEST_DATA }) as Record<string, unknown>;
    await runControllers(after, context);
  }
  const unchanged = after.length === 0 && Object.keys(context.response_extras).length === 0;
  const final = (): unknown => (after.length > 0 ? context.data : parseJson(data, { maxDepth: DEEPEST_DATA }));
  const body = unchanged ? data : toText(withExtras(final(), context));
  return toAnswer({
    ...prepared,
    data: body,
    headers: { ...headers, ...Object.fromEntries(context.response_headers) },
  });
}

// A json column may nest as deeply as a request body, inside the row.
const DEEPEST_DATA = 128;

function withExtras(data: unknown, { response_extras: extras }: ControllerContext): unknown {
  if (Object.keys(extras).length === 0) return data;
  return typeof data === "object" && data !== null && !Array.isArray(data) ? { ...data, ...extras } : data;
}

/** JSON text of what a controller or handler made, with exact integers. */
export function toText(value: unknown): string {
  const text = toJsonText(value ?? null);
  if (text !== undefined) return text;
  throw new HttpError("A controller answered with something that is not JSON.", { code: "INTERNAL_ERROR" });
}
