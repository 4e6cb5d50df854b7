import type { Resource } from "@shaperail/resource";
import { type ConfiguredJob, type JobSource, namedJobs } from "./named-jobs.ts";
import type { StubFile } from "./stubs.ts";
import { createTypeNames } from "./type-names.ts";

/** Options of {@link generateJobStubs}, and of `generateTypes`. */
export interface GenerateJobsOptions {
  /** Jobs that the configuration names. @default none */
  readonly jobs?: readonly ConfiguredJob[];
}

/**
 * A file per job for the folder `jobs/`, with a handler that throws until it is written: a job that did nothing would be taken for done. A
 * name that cannot be one of a file has none.
 */
export function generateJobStubs(
  resources: readonly Resource[],
  { jobs = [] }: GenerateJobsOptions = {},
): readonly StubFile[] {
  const named = namedJobs(resources, jobs);
  const names = createTypeNames(resources, [...named.keys()]);
  return [...named]
    .filter(([name]) => FILE_NAME.test(name))
    .map(([name, sources]) => ({
      fileName: `${name}.ts`,
      contents: `import type { ${[names.jobContext, names.jobPayload(name)].toSorted().join(", ")} } from "../.shaperail/types.ts";

/** ${[...new Set(sources.map(reasonOf))].join(" ")} May run more than once for the same \`context.id\`. */
export async function handle(_payload: ${names.jobPayload(name)}, context: ${names.jobContext}): Promise<void> {
  throw new Error(\`${name} is not written yet (job \${context.id}).\`);
}
`,
    }));
}

/** Neither a way out of the folder nor a hidden file. */
const FILE_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

function reasonOf(source: JobSource): string {
  switch (source.kind) {
    case "endpoint":
      return `Runs after \`${source.action}\` of ${source.resource.name} (v${source.resource.version}).`;
    case "event":
      return `Runs on the event \`${source.event.replaceAll("*/", "*\\/")}\`.`;
    case "schedule":
      return "Runs on a schedule.";
  }
}
