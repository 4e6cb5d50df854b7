import { type JobQueue, JobsError } from "@shaperail/jobs";
import { openJobQueue, type Project } from "@shaperail/runtime";
import type { CommandContext } from "../command.ts";
import { CliError } from "../errors.ts";
import { openProject } from "../project.ts";

/** Runs the work on the queue of the project of the current directory: the one its server uses. */
export async function withJobQueue<T>(
  context: CommandContext,
  work: (queue: JobQueue, project: Project) => Promise<T>,
): Promise<T> {
  // Everything, because only then is it known whether jobs are in Redis or in PostgreSQL.
  await using opened = await openProject(context);
  await using queue = await openJobQueue(opened.project);
  try {
    return await work(queue, opened.project);
  } catch (error) {
    if (!(error instanceof JobsError) || error.code !== "JOBS_SCHEMA_MISSING") throw error;
    throw new CliError("The database has no tables for jobs yet, or older ones.", {
      code: "CLI_MIGRATIONS_PENDING",
      hint: "Run `shaperail migrate` first; a project that declares no job has none.",
      cause: error,
    });
  }
}
