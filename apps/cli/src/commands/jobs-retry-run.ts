import type { RunCommand } from "../command.ts";
import { CliError, EXIT_CODES } from "../errors.ts";
import { findJob, jobIdOf } from "../jobs/job-id.ts";
import { withJobQueue } from "../jobs/with-job-queue.ts";

export const runJobsRetry: RunCommand = async (context, invocation) => {
  const id = jobIdOf(invocation);
  const { stdout } = context;
  await withJobQueue(context, async (queue) => {
    const { state } = await findJob(queue, id);
    if (state !== "dead") {
      throw new CliError(`The job ${id} is ${state}: only a dead letter is run again.`, {
        code: "CLI_JOB_STATE",
        hint: "`shaperail jobs dead` lists the ids.",
      });
    }
    await queue.retry(id);
  });
  if (invocation.flag("json")) stdout.write(`${JSON.stringify({ retried: id })}\n`);
  else stdout.write(`Runs again: ${id}\n`);
  return EXIT_CODES.ok;
};
