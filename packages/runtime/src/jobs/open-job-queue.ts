import type { Closeable, Logger } from "@shaperail/core";
import type { JobQueue } from "@shaperail/jobs";
import type { Project } from "../load-project.ts";
import { usesJobs } from "./job-names.ts";
import { jobsBackend } from "./jobs-backend.ts";

/**
 * Opens the project's queue to look at jobs, to run them again or to drop them: the one its server uses. Nothing is connected before the
 * first call; the caller closes it.
 */
export async function openJobQueue(
  { config }: Pick<Project, "config">,
  { logger }: { readonly logger?: Logger } = {},
): Promise<JobQueue & Closeable> {
  const { createQueue } = await import("@shaperail/jobs");
  return createQueue({ backend: jobsBackend(config), logger });
}

/**
 * Makes the tables of the project's queue, or brings them up to date, when its jobs are kept in PostgreSQL. False when there is nothing to
 * make: the project has no jobs, or a Redis for them.
 *
 * @throws JobsError `JOBS_UNAVAILABLE` or `JOBS_REFUSED`
 */
export async function migrateJobs(project: Pick<Project, "config" | "resources">): Promise<boolean> {
  const backend = jobsBackend(project.config);
  if (!usesJobs(project) || backend.kind !== "postgres") return false;
  const { migrateJobs: migrate } = await import("@shaperail/jobs");
  await migrate({ url: backend.url });
  return true;
}
