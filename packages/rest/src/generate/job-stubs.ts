import type { Resource } from "@shaperail/resource";
import { type ConfiguredHook, type ConfiguredJob, type JobSource, namedHooks, namedJobs } from "./named-jobs.ts";
import type { StubFile } from "./stubs.ts";
import { createTypeNames } from "./type-names.ts";

/** What a project has beside its resources, for {@link generateJobStubs} and `generateTypes`. */
export interface GenerateJobsOptions {
  /** Jobs that no endpoint names, and further reasons for those that one does. @default none */
  readonly jobs?: readonly ConfiguredJob[];
  /** Hooks that the configuration names. @default none */
  readonly hooks?: readonly ConfiguredHook[];
}

/**
 * A file per job and hook, `jobs/<name>.ts` and `hooks/<name>.ts`, with a handler that throws until it is written: one that did nothing
 * would be taken for done. A name that cannot be one of a file has none.
 */
export function generateJobStubs(
  resources: readonly Resource[],
  { jobs: configuredJobs = [], hooks: configuredHooks = [] }: GenerateJobsOptions = {},
): readonly StubFile[] {
  const jobs = namedJobs(resources, configuredJobs);
  const hooks = namedHooks(resources, configuredHooks);
  const names = createTypeNames(resources, { jobs: jobs.keys(), hooks: hooks.keys() });
  const jobStubs = [...jobs]
    // What only the code names has its file already.
    .filter(([, sources]) => sources.some(({ kind }) => kind !== "code"))
    .map(([name, sources]) => ({
      name,
      folder: "jobs",
      type: names.jobPayload(name),
      argument: "payload",
      about: sources.flatMap(reasonOf),
    }));
  const hookStubs = [...hooks].map(([name, events]) => ({
    name,
    folder: "hooks",
    type: names.hookEvent(name),
    argument: "event",
    about: events.map(onEvent),
  }));
  return [...jobStubs, ...hookStubs]
    .filter(({ name }) => FILE_NAME.test(name))
    .map((stub) => toFile(stub, names.jobContext));
}

/** Neither a way out of the folder nor a hidden file. */
const FILE_NAME = /^[A-Za-z0-9][\w.-]*$/;

interface Stub {
  readonly name: string;
  readonly folder: string;
  readonly type: string;
  readonly argument: string;
  readonly about: readonly string[];
}

function toFile({ name, folder, type, argument, about }: Stub, context: string): StubFile {
  return {
    fileName: `${folder}/${name}.ts`,
    contents: `import type { ${[context, type].toSorted().join(", ")} } from "../.shaperail/types.ts";

/** ${[...new Set(about)].join(" ")} May run more than once for the same \`context.id\`. */
export async function handle(_${argument}: ${type}, context: ${context}): Promise<void> {
  throw new Error(\`${name} is not written yet (job \${context.id}).\`);
}
`,
  };
}

function reasonOf(source: JobSource): string[] {
  switch (source.kind) {
    case "endpoint":
      return [`Runs after \`${source.action}\` of ${source.resource.name} (v${source.resource.version}).`];
    case "event":
      return [onEvent(source.event)];
    case "schedule":
      return ["Runs on a schedule."];
    case "code":
      return [];
  }
}

function onEvent(event: string): string {
  return `Runs on the event \`${event.replaceAll("*/", "*\\/")}\`.`;
}
