import type { JobQueue } from "@shaperail/jobs";
import type { CommandContext, RunCommand } from "../command.ts";
import { CliError, EXIT_CODES } from "../errors.ts";
import { describeJob, jobJson } from "../jobs/describe-job.ts";
import { findJob } from "../jobs/job-id.ts";
import { describeOverview, overviewJson, readOverview } from "../jobs/overview.ts";
import { watchText } from "../jobs/watch-text.ts";
import { withJobQueue } from "../jobs/with-job-queue.ts";

export const runJobsStatus: RunCommand = async (context, invocation) => {
  const id = invocation.argument(0);
  const json = invocation.flag("json");
  const isWatching = invocation.flag("watch");
  if (isWatching) requireTerminal(context, json);
  return withJobQueue(context, async (queue) => {
    if (json) context.stdout.write(`${JSON.stringify(await readJson(queue, id), null, 2)}\n`);
    else if (isWatching) await watchText(context, () => readText(queue, id));
    else context.stdout.write(await readText(queue, id));
    return EXIT_CODES.ok;
  });
};

async function readJson(queue: JobQueue, id: string | undefined): Promise<unknown> {
  return id === undefined ? overviewJson(await readOverview(queue)) : jobJson(await findJob(queue, id));
}

async function readText(queue: JobQueue, id: string | undefined): Promise<string> {
  return id === undefined ? describeOverview(await readOverview(queue)) : describeJob(await findJob(queue, id));
}

function requireTerminal({ isInteractive }: CommandContext, json: boolean): void {
  if (isInteractive && !json) return;
  throw new CliError(json ? "--watch and --json exclude each other." : "--watch needs a terminal.", {
    code: "CLI_USAGE",
    hint: "A program asks with --json, as often as it likes.",
    exitCode: EXIT_CODES.usage,
  });
}
