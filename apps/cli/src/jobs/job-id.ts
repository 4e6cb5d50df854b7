import type { JobQueue, JobStatus } from "@shaperail/jobs";
import type { Invocation } from "../command.ts";
import { CliError } from "../errors.ts";

/** The id of the command line. */
export function jobIdOf(invocation: Invocation): string {
  return invocation.argument(0) ?? "";
}

/**
 * What the queue knows about a job.
 *
 * @throws {@link CliError} `CLI_NOTHING_FOUND`
 */
export async function findJob(queue: JobQueue, id: string): Promise<JobStatus> {
  const status = await queue.status(id);
  if (status !== undefined) return status;
  throw new CliError(`The queue has no job ${id}.`, {
    code: "CLI_NOTHING_FOUND",
    hint: "A job that was done long enough ago is forgotten; `shaperail jobs dead` lists those that failed.",
  });
}
