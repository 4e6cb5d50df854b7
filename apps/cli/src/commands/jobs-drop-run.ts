import type { RunCommand } from "../command.ts";
import { CliError, EXIT_CODES } from "../errors.ts";
import { forgetInOutboxes } from "../jobs/forget-in-outboxes.ts";
import { findJob, jobIdOf } from "../jobs/job-id.ts";
import { withJobQueue } from "../jobs/with-job-queue.ts";

export const runJobsDrop: RunCommand = async (context, invocation) => {
  const id = jobIdOf(invocation);
  const { stdout } = context;
  await withJobQueue(context, async (queue, project) => {
    const { state } = await findJob(queue, id);
    if (state === "active") {
      throw new CliError(`The job ${id} is running.`, {
        code: "CLI_JOB_STATE",
        hint: "Wait until it has ended, or stop its worker first.",
      });
    }
    // Before the queue forgets it: a relay that looks in between would take it for lost.
    await forgetInOutboxes(project, id);
    await queue.drop(id);
  });
  if (invocation.flag("json")) stdout.write(`${JSON.stringify({ dropped: id })}\n`);
  else stdout.write(`Dropped ${id}\n`);
  return EXIT_CODES.ok;
};
