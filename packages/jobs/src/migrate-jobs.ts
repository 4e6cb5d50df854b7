import { withDeadline } from "@shaperail/core";
import { PostgresConnection } from "bullmq";
import type { PostgresJobsBackend } from "./backend.ts";
import { toJobsError } from "./to-jobs-error.ts";

/** How {@link migrateJobs} works. */
export interface MigrateJobsOptions extends Omit<PostgresJobsBackend, "kind" | "poolSize"> {
  /** Longest time for all of it, in milliseconds; then `JOBS_UNAVAILABLE`. @default 60_000 */
  readonly timeoutMs?: number;
}

/**
 * Makes the schema of the PostgreSQL backend, or brings it up to date, in one transaction. Any number may run at once.
 *
 * @throws `JobsError` `JOBS_UNAVAILABLE` or `JOBS_REFUSED`
 */
export async function migrateJobs({
  url,
  schema = "shaperail_jobs",
  timeoutMs = 60_000,
}: MigrateJobsOptions): Promise<void> {
  const connection = new PostgresConnection({
    connectionString: url,
    schema,
    migrate: true,
    max: 1,
    connectionTimeoutMillis: 5_000,
    query_timeout: timeoutMs,
  });
  const what = "Preparing the queue's tables";
  try {
    await withDeadline(() => connection.waitUntilReady(), { timeoutMs, what });
  } catch (error) {
    throw toJobsError(error, what);
  } finally {
    await withDeadline(() => connection.close(), { timeoutMs: 2_000, what }).catch(() => undefined);
  }
}
