export type { JobsBackend, PostgresJobsBackend, RedisJobsBackend } from "./backend.ts";
export type { Backoff, ExponentialBackoff } from "./backoff.ts";
export { defineJob, type JobContext, type JobDefinition, type JobOptions } from "./define-job.ts";
export { JobsError, type JobsErrorCode } from "./errors.ts";
export type { JobState, JobStatus } from "./job-status.ts";
export { migrateJobs, type MigrateJobsOptions } from "./migrate-jobs.ts";
export type { PayloadSchema, SchemaIssue, SchemaResult } from "./payload-schema.ts";
export type { Priority } from "./priority.ts";
export {
  type AddOptions,
  createQueue,
  type JobCounts,
  type JobEntry,
  type JobQueue,
  type QueueOptions,
} from "./queue.ts";
export type { Schedule, ScheduleStatus } from "./schedule.ts";
export type { RedactText } from "./settle.ts";
export { type CloseWorkerOptions, createWorker, type JobWorker, type Retention, type WorkerOptions } from "./worker.ts";
