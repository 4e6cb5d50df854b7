import { JobsError } from "@shaperail/jobs";
import { jobsBackend, migrateJobs, openJobQueue, type Project } from "@shaperail/runtime";
import { hasJobs } from "./require-jobs.ts";

/** Where the tables of the job queue are; nothing of the project's own is there. */
export const JOB_SCHEMA = "shaperail_jobs";

/** How the tables of the job queue are; `none` for a project without jobs, and for one that keeps them in Redis. */
export type JobTables = "none" | "current" | "pending";

/** Looks, and changes nothing. */
export async function readJobTables(project: Project): Promise<JobTables> {
  if (!hasJobs(project) || jobsBackend(project.config).kind !== "postgres") return "none";
  await using queue = await openJobQueue(project);
  try {
    await queue.counts();
    return "current";
  } catch (error) {
    if (error instanceof JobsError && error.code === "JOBS_SCHEMA_MISSING") return "pending";
    throw error;
  }
}

/** Makes the tables of the job queue, or brings them up to date; false when there is nothing to do. */
export async function migrateJobTables(project: Project): Promise<boolean> {
  // Looking first lets a role that may create nothing find that nothing is pending.
  return (await readJobTables(project)) === "pending" && (await migrateJobs(project));
}
