import { ShaperailError } from "@shaperail/core";
import { expect, test } from "vitest";
import { JobsError } from "./errors.ts";
import { toJobsError } from "./to-jobs-error.ts";

const named = (name: string, message: string): Error => Object.assign(new Error(message), { name });
const coded = (code: string): Error => Object.assign(new Error("from the driver"), { code });

test.each([
  {
    what: "a deadline",
    error: new ShaperailError("late", { code: "CORE_DEADLINE_EXCEEDED" }),
    code: "JOBS_UNAVAILABLE",
  },
  { what: "a refused connection", error: coded("ECONNREFUSED"), code: "JOBS_UNAVAILABLE" },
  { what: "a broken pipe, whose code has five letters", error: coded("EPIPE"), code: "JOBS_UNAVAILABLE" },
  { what: "a closed connection", error: new Error("Connection is closed."), code: "JOBS_UNAVAILABLE" },
  { what: "a PostgreSQL that shuts down", error: coded("57P01"), code: "JOBS_UNAVAILABLE" },
  { what: "a PostgreSQL with too many clients", error: coded("53300"), code: "JOBS_UNAVAILABLE" },
  { what: "a wrong password for PostgreSQL", error: coded("28P01"), code: "JOBS_REFUSED" },
  {
    what: "a Redis that is still loading",
    error: named("ReplyError", "LOADING Redis is loading"),
    code: "JOBS_UNAVAILABLE",
  },
  { what: "a wrong password for Redis", error: named("ReplyError", "WRONGPASS invalid"), code: "JOBS_REFUSED" },
  { what: "a full Redis", error: named("ReplyError", "OOM command not allowed"), code: "JOBS_REFUSED" },
  { what: "missing tables", error: named("SchemaMigrationRequiredError", "run it"), code: "JOBS_SCHEMA_MISSING" },
])("$what is $code, with a hint and the cause", ({ error, code }) => {
  const translated = toJobsError(error, "Adding");
  expect(translated).toMatchObject({
    code,
    cause: error,
    hint: expect.stringMatching(/\w/),
    message: expect.stringContaining("Adding: "),
  });
});

test("an error of ours stays what it is", () => {
  const error = new JobsError("x", { code: "JOBS_NOT_FOUND" });
  expect(toJobsError(error, "Adding")).toBe(error);
});
