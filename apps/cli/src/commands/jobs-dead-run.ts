import type { Invocation, RunCommand } from "../command.ts";
import { CliError, EXIT_CODES } from "../errors.ts";
import { describeDead, jobJson } from "../jobs/describe-job.ts";
import { withJobQueue } from "../jobs/with-job-queue.ts";

export const runJobsDead: RunCommand = async (context, invocation) => {
  const limit = limitOf(invocation);
  const { stdout } = context;
  const dead = await withJobQueue(context, (queue) => queue.dead({ limit }));
  if (invocation.flag("json")) stdout.write(`${JSON.stringify(dead.map(jobJson), null, 2)}\n`);
  else if (dead.length === 0) stdout.write("There are no dead letters.\n");
  else for (const job of dead) stdout.write(`${job.finishedAt?.toISOString() ?? "-"}  ${describeDead(job)}\n`);
  return EXIT_CODES.ok;
};

const MOST = 10_000;

function limitOf(invocation: Invocation): number {
  const text = invocation.value("limit") ?? "100";
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= MOST) return limit;
  throw new CliError(`--limit ${text} is no number from 1 to ${MOST}.`, {
    code: "CLI_USAGE",
    hint: "Give a whole number.",
    exitCode: EXIT_CODES.usage,
  });
}
