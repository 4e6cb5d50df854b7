import { inspect } from "node:util";
import { expect, test } from "vitest";
import { DbError } from "./errors.ts";
import { toDbError } from "./sql-state.ts";

const serverError = (code: string, fields: Record<string, unknown> = {}): Error =>
  Object.assign(new Error("said the server"), { code, severity: "ERROR", ...fields });

test.each([
  { sqlState: "08006", code: "DB_UNAVAILABLE" },
  { sqlState: "22001", code: "DB_INVALID_VALUE" },
  { sqlState: "22003", code: "DB_INVALID_VALUE" },
  { sqlState: "22007", code: "DB_INVALID_VALUE" },
  { sqlState: "22008", code: "DB_INVALID_VALUE" },
  { sqlState: "22021", code: "DB_INVALID_VALUE" },
  { sqlState: "22P02", code: "DB_INVALID_VALUE" },
  { sqlState: "23502", code: "DB_NOT_NULL_VIOLATION" },
  { sqlState: "23503", code: "DB_FOREIGN_KEY_VIOLATION" },
  { sqlState: "23505", code: "DB_UNIQUE_VIOLATION" },
  { sqlState: "23514", code: "DB_CHECK_VIOLATION" },
  { sqlState: "23P01", code: "DB_EXCLUSION_VIOLATION" },
  { sqlState: "25006", code: "DB_READ_ONLY" },
  { sqlState: "25P02", code: "DB_TRANSACTION_ABORTED" },
  { sqlState: "25P03", code: "DB_TIMEOUT" },
  { sqlState: "26000", code: "DB_PREPARED_STATEMENT_LOST" },
  { sqlState: "28P01", code: "DB_AUTHENTICATION_FAILED" },
  { sqlState: "3D000", code: "DB_DATABASE_NOT_FOUND" },
  { sqlState: "40001", code: "DB_SERIALIZATION_FAILURE" },
  { sqlState: "40P01", code: "DB_DEADLOCK" },
  { sqlState: "42501", code: "DB_PERMISSION_DENIED" },
  { sqlState: "42703", code: "DB_SCHEMA_MISMATCH" },
  { sqlState: "42P01", code: "DB_SCHEMA_MISMATCH" },
  { sqlState: "53100", code: "DB_OUT_OF_RESOURCES" },
  { sqlState: "53300", code: "DB_TOO_MANY_CONNECTIONS" },
  { sqlState: "55P03", code: "DB_LOCK_TIMEOUT" },
  { sqlState: "57014", code: "DB_TIMEOUT" },
  { sqlState: "57P01", code: "DB_UNAVAILABLE" },
  { sqlState: "XX000", code: "DB_QUERY_FAILED" },
])("SQLSTATE $sqlState becomes $code and keeps the cause", ({ sqlState, code }) => {
  const cause = serverError(sqlState);
  expect(toDbError(cause)).toMatchObject({ code, cause, details: { sqlState } });
});

test.each(["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "ETIMEDOUT", "EPIPE", "DEPTH_ZERO_SELF_SIGNED_CERT"])(
  "%s of the socket becomes DB_UNAVAILABLE",
  (code) => {
    expect(toDbError(Object.assign(new Error("socket"), { code }))).toMatchObject({ code: "DB_UNAVAILABLE" });
  },
);

test("what is not from the server or the socket becomes DB_QUERY_FAILED", () => {
  expect(toDbError("thrown string")).toMatchObject({ code: "DB_QUERY_FAILED" });
});

test("one of our errors is returned as it is", () => {
  const error = new DbError("x", { code: "DB_CLOSED" });
  expect(toDbError(error)).toBe(error);
});

test("details name constraint, table and column", () => {
  const error = toDbError(serverError("23505", { constraint: "users_email_key", table: "users", column: undefined }));
  expect(error.details).toEqual({ sqlState: "23505", constraint: "users_email_key", table: "users" });
  expect(error.message).toBe('A row with the same value exists (constraint "users_email_key").');
});

test.each([
  { what: "detail", error: serverError("23505", { detail: "Key (email)=(ada@canary.example) already exists." }) },
  { what: "where", error: serverError("23514", { where: "unnamed portal parameter $1 = 'ada@canary.example'" }) },
  {
    what: "a quoted value in the message",
    error: Object.assign(new Error('invalid input syntax for type uuid: "ada@canary.example"'), {
      code: "22P02",
      severity: "ERROR",
    }),
  },
])("no value of a row leaves through $what", ({ error }) => {
  expect(inspect(toDbError(error), { depth: 9, showHidden: true })).not.toContain("canary");
});
