import { diagnosticsToJson, hasErrors } from "@shaperail/source";
import type { RunCommand } from "../command.ts";
import { EXIT_CODES } from "../errors.ts";
import { findUnsafe, formatUnsafe } from "../migrate/check-target.ts";
import { fromOf, targetsOf } from "../migrate/migrate-options.ts";
import { askLiveReleases } from "../migrate/read-live-releases.ts";
import { paintFor } from "../paint.ts";
import { inspectProject } from "../project.ts";

export const runMigrateCheck: RunCommand = async (context, invocation) => {
  const { stdout } = context;
  const from = fromOf(invocation);
  const project = await inspectProject(context);
  const found = await Promise.all(
    targetsOf(project, invocation).map(async (target) =>
      findUnsafe(target, { from, ...(await askLiveReleases(context, target)) }),
    ),
  );
  const diagnostics = found.flatMap((one) => one.diagnostics);
  if (invocation.flag("json")) stdout.write(`${JSON.stringify(diagnosticsToJson(diagnostics), null, 2)}\n`);
  else if (diagnostics.length === 0) stdout.write(`${paintFor(stdout).green("✓")} nothing found\n`);
  else for (const one of found) stdout.write(formatUnsafe(one, stdout));
  return hasErrors(diagnostics) ? EXIT_CODES.problemsFound : EXIT_CODES.ok;
};
