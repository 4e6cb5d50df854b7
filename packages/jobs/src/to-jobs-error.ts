import { isShaperailError, toError } from "@shaperail/core";
import { JobsError, type JobsErrorCode } from "./errors.ts";

const HINTS: Partial<Record<JobsErrorCode, string>> = {
  JOBS_UNAVAILABLE:
    "Check that the server runs and that the URL leads to it; what was asked for may still have happened.",
  JOBS_REFUSED: "Look at the cause: the user, the password, the permissions or the memory limit of the server.",
  JOBS_SCHEMA_MISSING: "Call migrateJobs({ url, schema }) as a step before the rollout.",
};

/** BullMQ's own names of the errors that only its migrations cure. */
const SCHEMA_ERRORS = new Set(["SchemaMigrationRequiredError", "SchemaVersionMismatchError"]);

/** Translates what BullMQ, ioredis or pg reject with. What is ours already passes. */
export function toJobsError(thrown: unknown, what: string): JobsError {
  if (thrown instanceof JobsError) return thrown;
  const code = codeOf(toError(thrown));
  const message =
    code === "JOBS_UNAVAILABLE"
      ? `${what}: the queue's server did not answer.`
      : code === "JOBS_REFUSED"
        ? `${what}: the queue's server refused.`
        : `${what}: the schema of the queue is missing or too old.`;
  return new JobsError(message, { code, hint: HINTS[code] ?? "", cause: thrown });
}

function codeOf(error: Error): "JOBS_UNAVAILABLE" | "JOBS_REFUSED" | "JOBS_SCHEMA_MISSING" {
  if (SCHEMA_ERRORS.has(error.name) || SCHEMA_ERRORS.has(error.constructor.name)) return "JOBS_SCHEMA_MISSING";
  if (isShaperailError(error)) return "JOBS_UNAVAILABLE";
  // Redis: an error that came as an answer. PostgreSQL: an SQLSTATE that is not of a lost connection or a shutdown.
  if (error.name === "ReplyError")
    return /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN)/.test(error.message) ? "JOBS_UNAVAILABLE" : "JOBS_REFUSED";
  const code = "code" in error ? String(error.code) : "";
  return /^[0-9A-Z]{5}$/.test(code) && !/^(08|57|53)/.test(code) && !/^E[A-Z]+$/.test(code)
    ? "JOBS_REFUSED"
    : "JOBS_UNAVAILABLE";
}
