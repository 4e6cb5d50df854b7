import { isShaperailError } from "@shaperail/core";
import { type Exchange, HttpError } from "@shaperail/http";
import type { Endpoint } from "@shaperail/resource";
import { validationError } from "../input/issue.ts";
import type { Authorize, StatementRunner } from "../port.ts";
import { parseTextValue } from "../query/text-value.ts";
import type { Include } from "../sql/include.ts";
import type { Table } from "../sql/table.ts";

/** What compiling an endpoint needs. */
export interface EndpointContext {
  readonly endpoint: Endpoint;
  readonly table: Table;
  /** The relations `include` can name. */
  readonly includes: ReadonlyMap<string, Include>;
  /** Prefix of the endpoint's statement names: `posts_v1_list`. */
  readonly statementName: string;
  /** Runs a statement; errors of the database are answers already. */
  readonly run: StatementRunner["run"];
  readonly authorize: Authorize;
  /**
   * Largest request body, in bytes.
   * @default 1_048_576
   */
  readonly maxBodyBytes: number | undefined;
}

/** The row's primary key in the path, as PostgreSQL's text; 422 when it cannot be one. */
export function readKey(exchange: Exchange, { table, parameter }: { table: Table; parameter: string }): string {
  const { field } = table.primaryKey;
  const key = parseTextValue(field, exchange.params[parameter] ?? "");
  if (key !== undefined) return key;
  const code = field.type === "uuid" ? "invalid_uuid" : field.type === "integer" ? "invalid_integer" : "invalid_id";
  throw validationError([{ field: parameter, code, message: `must be a valid ${field.type}` }]);
}

/** Name of the path parameter that holds the primary key: the last one. */
export function keyParameter({ path }: Endpoint): string {
  return path.match(/:([A-Za-z_][A-Za-z0-9_]*)(?!.*:[A-Za-z_])/)?.[1] ?? "id";
}

/** No row with this key, as far as the caller may know. */
export function notFound(): HttpError {
  return new HttpError("Resource not found", { code: "NOT_FOUND" });
}

/** Included rows are shown to those who may read them at their own endpoint. */
export async function authorizeIncludes(
  exchange: Exchange,
  includes: readonly Include[],
  { authorize }: Pick<EndpointContext, "authorize">,
): Promise<void> {
  for (const { rule, key } of includes) {
    if (rule === undefined)
      throw new HttpError(`\`${key}\` cannot be included: nobody may read it.`, { code: "FORBIDDEN" });
    if (rule.kind === "restricted") await authorize(exchange, rule);
  }
}

/** PostgreSQL could not read a bound value as the type of its column. */
export function isInvalidValue(error: unknown): boolean {
  const cause = error instanceof HttpError ? error.cause : error;
  return isShaperailError(cause) && cause.code === "DB_INVALID_VALUE";
}
