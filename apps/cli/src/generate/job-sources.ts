import { readdir } from "node:fs/promises";
import { extname, join } from "node:path";
import type { ConfiguredHook, ConfiguredJob, GenerateJobsOptions } from "@shaperail/rest/generate";
import { JOBS_FOLDER, type Project } from "@shaperail/runtime";

/** The jobs and hooks of a project that no endpoint names: those of its configuration, and those whose file is there for the code to add. */
export async function jobSources({ directory, config }: Project): Promise<Required<GenerateJobsOptions>> {
  const targets = (config.events?.subscribers ?? []).flatMap(({ event, targets: all }) =>
    all.flatMap((target) => (target.type === "job" || target.type === "hook" ? [{ ...target, event }] : [])),
  );
  const ofEvents = targets
    .filter(({ type }) => type === "job")
    .map(({ name, event }): ConfiguredJob => ({ name, by: { kind: "event", event } }));
  const ofSchedules = config.schedules.map(({ job }): ConfiguredJob => ({ name: job, by: { kind: "schedule" } }));
  const hooks = targets
    .filter(({ type }) => type === "hook")
    .map(({ name, event }): ConfiguredHook => ({ name, event }));
  return { jobs: [...ofEvents, ...ofSchedules, ...(await jobsOfFiles(directory))], hooks };
}

/** Files that the types can be read from; names as the server takes them, which leaves tests and `_helpers.ts` alone. */
const FILE = /^[A-Za-z0-9][\w.-]*\.m?ts$/;
const NO_JOB = /\.(?:test|spec|d)\.m?ts$/;

async function jobsOfFiles(directory: string): Promise<ConfiguredJob[]> {
  const files = await readdir(join(directory, JOBS_FOLDER)).catch(() => []);
  return files
    .filter((file) => FILE.test(file) && !NO_JOB.test(file))
    .toSorted()
    .map((file) => ({
      name: file.slice(0, -extname(file).length),
      by: { kind: "code", file: `../${JOBS_FOLDER}/${file}` },
    }));
}
