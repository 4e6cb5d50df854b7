import type { Exchange } from "@shaperail/http";
import type { AuthRule, EndpointRateLimit } from "@shaperail/resource";

/** SQL compiled once; one name, one text. */
export interface SqlStatement {
  readonly name: string;
  readonly text: string;
  /** `false`: one of so many texts that the server should not keep it prepared. @default true */
  readonly prepare?: boolean;
}

/** A value as PostgreSQL reads it: text, or null. */
export type SqlValue = string | null;

/** A row as PostgreSQL sent it: text per column, in the order of the statement. */
export type SqlRow = readonly SqlValue[];

export interface SqlResult {
  readonly rows: readonly SqlRow[];
  /** Rows returned or changed. */
  readonly rowCount: number;
}

/** What this package needs of a database. `@shaperail/db` has it; so does a few lines around any driver that returns text. */
export interface StatementRunner {
  /** Runs one statement with every value bound. Rejects with an error whose `code` is one of `@shaperail/db`'s. */
  run(statement: SqlStatement, values: readonly SqlValue[]): Promise<SqlResult>;
  /**
   * Runs the work in one transaction. Needed for `Idempotency-Key` only; without it such requests are answered 501.
   * @default none
   */
  transaction?<T>(work: (transaction: Pick<StatementRunner, "run">) => Promise<T>): Promise<T>;
  /**
   * How many connections there can be: so that creates with an `Idempotency-Key`, whose controllers may need a second one, never hold more
   * than half of them.
   * @default unknown: one such create at a time
   */
  stats?(): { readonly size: number };
}

/** Who is calling. */
export interface Subject {
  /** Identifier of the user or key. */
  readonly sub: string;
  readonly role: string;
  readonly tenantId: string | undefined;
}

/** Which rows a caller may see and change. Each becomes a predicate in the WHERE of every statement; undefined: no predicate. */
export interface Scope {
  /** Only rows whose `created_by` is this. */
  readonly owner: string | undefined;
  /** Only rows whose tenant key is this. */
  readonly tenant: string | undefined;
}

/** Who was let in, and to which rows. */
export interface Access {
  /** Undefined for a caller without credentials. */
  readonly subject: Subject | undefined;
  readonly scope: Scope;
}

/** What an endpoint asks of its callers. */
export interface AccessRequirement {
  readonly rule: AuthRule;
  /** The rows belong to tenants. */
  readonly tenancy: boolean;
  /** Name of the resource, for the log. */
  readonly resource: string;
  /** Name of the endpoint, for the log. */
  readonly action: string;
}

/**
 * Decides whether the caller may use an endpoint, and which of its rows. May be synchronous, which costs the least.
 * Throws an `HttpError` (`UNAUTHORIZED`, `FORBIDDEN`) when not. For a public endpoint, wrong credentials are no credentials.
 */
export type Authorize = (exchange: Exchange, requirement: AccessRequirement) => Access | Promise<Access>;

/** A call that counts towards a limit. */
export interface LimitedCall {
  readonly resource: string;
  readonly action: string;
  /** What the endpoint declares as `rate_limit`; undefined: whatever holds for all. */
  readonly limit: EndpointRateLimit | undefined;
  /** Undefined for a caller without credentials, and for one whose credentials were refused. */
  readonly subject: Subject | undefined;
}

/**
 * Counts a call. Returns headers of the answer as name, value, name, value, …; throws an `HttpError` (`RATE_LIMITED`, with `Retry-After`)
 * when there were too many. May be synchronous.
 */
export type Limit = (exchange: Exchange, call: LimitedCall) => readonly string[] | Promise<readonly string[]>;

/** An answer to look for in a {@link ResponseCache}. */
export interface CachedRequest {
  /** Names the answer with everything it depends on, who may see it included. */
  readonly key: string;
  /** What it is made from; at most 32. */
  readonly tags: readonly string[];
  readonly ttlSeconds: number;
  /** How long after that it may be given while it is made anew. */
  readonly staleSeconds: number;
  /** Make it anew whatever is there, and keep that. */
  readonly refresh: boolean;
}

/** What a {@link ResponseCache} keeps. */
export interface KeptAnswer {
  readonly body: Uint8Array;
  /** Comes back as it was given. */
  readonly meta: string;
}

/** What was made because nothing was kept. */
export interface LoadedAnswer {
  readonly body: string;
  readonly meta: string;
  /** False: for those who asked now only. */
  readonly keep: boolean;
}

/** Keeps answers until they are old. `createCache` of `@shaperail/cache` makes one. */
export interface ResponseCache {
  /** What is kept, or what `load` resolves with; many who ask at the same time share a load. Rejects only with what `load` rejects with. */
  fetch(
    request: CachedRequest,
    load: () => Promise<LoadedAnswer>,
  ): Promise<KeptAnswer & { readonly state: "hit" | "miss" | "bypass" }>;
  /** What can be had without waiting, for a request that is not a refresh. @default nothing */
  peek?(request: CachedRequest): KeptAnswer | undefined;
  /** From now on nothing that carries one of the tags is given. Called after the commit and before the answer; never rejects. */
  invalidate(tags: readonly string[]): Promise<unknown>;
}
