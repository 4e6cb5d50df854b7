import { type Exchange, HttpError } from "@shaperail/http";
import type { Endpoint } from "@shaperail/resource";
import { validationError } from "./issue.ts";
import type { StatementRunner } from "./port.ts";
import type { Table } from "./table.ts";
import { parseTextValue } from "./text-value.ts";

/** What compiling an endpoint needs. */
export interface EndpointContext {
  readonly endpoint: Endpoint;
  readonly table: Table;
  /** Prefix of the endpoint's statement names: `posts_v1_list`. */
  readonly statementName: string;
  /** Runs a statement; errors of the database are answers already. */
  readonly run: StatementRunner["run"];
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
