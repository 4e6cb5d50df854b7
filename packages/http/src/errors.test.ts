import { isShaperailError } from "@shaperail/core";
import { expect, test } from "vitest";
import { errorEnvelope, toHttpError } from "./envelope.ts";
import { HttpError, type HttpErrorCode, STATUS_BY_CODE } from "./errors.ts";

test.each(Object.entries(STATUS_BY_CODE) as [HttpErrorCode, number][])("%s has status %i", (code, status) => {
  const error = new HttpError("message", { code });
  expect(error).toMatchObject({ name: "HttpError", code, status, message: "message" });
  expect(isShaperailError(error)).toBe(true);
});

test("no two codes share a status, so a status leads back to one code", () => {
  const statuses = Object.values(STATUS_BY_CODE);
  expect(new Set(statuses).size).toBe(statuses.length);
});

const issues = [{ field: "title", message: "title is required", code: "required" }];

test("the envelope has code, status, message, request id and details", () => {
  const error = new HttpError("Validation failed", { code: "VALIDATION_ERROR", issues });
  expect(JSON.parse(errorEnvelope(error, "r-1"))).toEqual({
    error: { code: "VALIDATION_ERROR", status: 422, message: "Validation failed", request_id: "r-1", details: issues },
  });
});

test("details are null unless the code is VALIDATION_ERROR", () => {
  const error = new HttpError("Conflict", { code: "CONFLICT", issues });
  expect(JSON.parse(errorEnvelope(error, "r-1"))).toMatchObject({ error: { details: null } });
});

test.each([
  { what: "an error", thrown: new Error("password=hunter2") },
  { what: "a string", thrown: "password=hunter2" },
  { what: "an INTERNAL_ERROR with a message", thrown: new HttpError("password=hunter2", { code: "INTERNAL_ERROR" }) },
])("$what that was thrown shows a generic text", ({ thrown }) => {
  const envelope = errorEnvelope(toHttpError(thrown), "r-1");
  expect(JSON.parse(envelope)).toMatchObject({ error: { code: "INTERNAL_ERROR", message: "Internal server error" } });
  expect(envelope).not.toContain("hunter2");
});
