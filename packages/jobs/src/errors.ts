import { ShaperailError } from "@shaperail/core";

export type JobsErrorCode =
  /** The queue's server cannot be reached, did not answer in time, or broke the connection. */
  | "JOBS_UNAVAILABLE"
  /** The queue's server answered with an error, such as a wrong password or no memory left. */
  | "JOBS_REFUSED"
  /** The PostgreSQL schema of the queue is missing or older than this release needs; run `migrateJobs`. */
  | "JOBS_SCHEMA_MISSING"
  /** The queue or worker was used after `close()`. */
  | "JOBS_CLOSED"
  /** The job has no handler in this release, so that it was parked as a dead letter. */
  | "JOBS_UNKNOWN_JOB"
  /** The payload does not fit the schema that the job declares. */
  | "JOBS_PAYLOAD_INVALID"
  /** An attempt took longer than the job's `timeoutMs`. */
  | "JOBS_TIMEOUT"
  /** The worker lost the job to another one, so that the result of this run does not count. */
  | "JOBS_LOCK_LOST"
  /** The worker is closing and hands the job back. */
  | "JOBS_WORKER_CLOSING"
  /** There is no job with this id, or it is not in the state that was asked for. */
  | "JOBS_NOT_FOUND"
  /** A schedule's cron expression or time zone cannot be understood. */
  | "JOBS_SCHEDULE_INVALID";

/** Everything this package throws on purpose. No message carries a credential or a payload. */
export class JobsError extends ShaperailError<JobsErrorCode> {
  override readonly name = "JobsError";
}
