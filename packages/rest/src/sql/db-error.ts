import { isShaperailError } from "@shaperail/core";
import { HttpError } from "@shaperail/http";
import { validationError } from "../input/issue.ts";
import type { Table } from "./table.ts";

/** The answer to an error of the database: a 4xx that names fields but never values, 503 when it may work later, or itself. */
export function toHttpError(error: unknown, table: Table): unknown {
  if (!isShaperailError(error)) return error;
  const fields = fieldsOf(error.details, table);
  switch (error.code) {
    case "DB_UNIQUE_VIOLATION":
      return new HttpError(`Conflict: ${fields.join(", ") || "the row"} already exists`, {
        code: "CONFLICT",
        cause: error,
      });
    case "DB_FOREIGN_KEY_VIOLATION":
      return fields.length > 0 && !isStillReferenced(error.details, table)
        ? broken(fields, { code: "invalid_reference", message: "refers to a row that does not exist" })
        : new HttpError("Conflict: other rows still refer to this one", { code: "CONFLICT", cause: error });
    case "DB_NOT_NULL_VIOLATION":
      return broken(fields, { code: "required", message: "must not be null" });
    case "DB_CHECK_VIOLATION":
    case "DB_INVALID_VALUE":
      return broken(fields, { code: "invalid_value", message: "cannot be stored" });
    case "DB_SERIALIZATION_FAILURE":
    case "DB_DEADLOCK":
    case "DB_LOCK_TIMEOUT":
      return new HttpError("Conflict: another request is changing the same rows; try again", {
        code: "CONFLICT",
        headers: { "Retry-After": "1" },
        cause: error,
      });
    case "DB_UNAVAILABLE":
    case "DB_TLS_UNAVAILABLE":
    case "DB_TLS_FAILED":
    case "DB_CERTIFICATE_UNTRUSTED":
    case "DB_CERTIFICATE_EXPIRED":
    case "DB_CERTIFICATE_HOST_MISMATCH":
    case "DB_AUTHENTICATION_FAILED":
    case "DB_DATABASE_NOT_FOUND":
    case "DB_TOO_MANY_CONNECTIONS":
    case "DB_POOL_EXHAUSTED":
    case "DB_TIMEOUT":
    case "DB_READ_ONLY":
    case "DB_OUT_OF_RESOURCES":
    case "DB_CLOSED":
      return new HttpError("The database is not available; try again", {
        code: "SERVICE_UNAVAILABLE",
        headers: { "Retry-After": "1" },
        cause: error,
      });
    default:
      return error;
  }
}

function broken(fields: readonly string[], { code, message }: { code: string; message: string }): HttpError {
  const named = fields.length > 0 ? fields : ["body"];
  return validationError(named.map((field) => ({ field, code, message })));
}

type Details = Readonly<Record<string, unknown>> | undefined;

/** The fields an error is about, as far as PostgreSQL says and the client may know them. */
function fieldsOf(details: Details, table: Table): readonly string[] {
  const columns = Array.isArray(details?.["columns"]) ? (details["columns"] as unknown[]) : [details?.["column"]];
  return columns.filter((column): column is string => typeof column === "string" && table.columns.has(column));
}

/** A delete that other rows forbid is reported on *their* table; with rows of the same table, by the field they refer to. */
function isStillReferenced(details: Details, table: Table): boolean {
  if (typeof details?.["table"] === "string" && details["table"] !== table.resource.name) return true;
  return fieldsOf(details, table).every((name) => table.columns.get(name)?.field.ref === undefined);
}
