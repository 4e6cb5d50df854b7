import { needsOutbox, type Project } from "@shaperail/runtime";
import { CliError } from "../errors.ts";

/** Whether anything of the project becomes a job. */
export function hasJobs(project: Project): boolean {
  return needsOutbox(project, "default");
}

/** @throws {@link CliError} `CLI_NOTHING_FOUND` when a worker would have nothing to do */
export function requireJobs(project: Project): void {
  if (hasJobs(project)) return;
  throw new CliError("The project has no jobs: a worker would do nothing.", {
    code: "CLI_NOTHING_FOUND",
    hint: "Name a job in an endpoint (`jobs: [notify]`), a subscriber or `schedules:`; or write `jobs: {}` when only the code adds jobs.",
  });
}
