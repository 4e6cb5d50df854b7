export type { CredentialsContext } from "./access/credentials-module.ts";
export { type CrashOptions, type CrashSource, exitOnCrash } from "./crash.ts";
export { describeApi } from "./describe-api.ts";
export { ProjectError, type ProjectErrorCode, RuntimeError, type RuntimeErrorCode } from "./errors.ts";
export { loadProject, type LoadProjectOptions, type Project, RESOURCE_FOLDER } from "./load-project.ts";
export { describeRelease, type ProjectRelease } from "./release.ts";
export { createRuntime, type Runtime, type RuntimeAddress, type RuntimeOptions } from "./runtime.ts";
export { runUntilSignal, type RunOptions, type SignalSource } from "./signals.ts";
