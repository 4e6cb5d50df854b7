export { type GenerateJobsOptions, generateJobStubs } from "./generate/job-stubs.ts";
export type { ConfiguredHook, ConfiguredJob } from "./generate/named-jobs.ts";
export { generateStubs, type StubFile } from "./generate/stubs.ts";
export { generateTypes } from "./generate-types.ts";
