import { ShaperailError } from "@shaperail/core";
import type { Diagnostic } from "@shaperail/source";

export type ProjectErrorCode =
  /** The folder has no shaperail.config.yaml. */
  | "PROJECT_NOT_FOUND"
  /** The configuration or a resource file has mistakes; `diagnostics` names every one. */
  | "PROJECT_INVALID";

/** The project cannot be loaded. Nothing was opened. */
export class ProjectError extends ShaperailError<ProjectErrorCode> {
  override readonly name = "ProjectError";
  readonly diagnostics: readonly Diagnostic[];
  /** Text of the files the diagnostics point into, by name. */
  readonly sources: ReadonlyMap<string, string>;

  constructor(
    message: string,
    options: {
      readonly code: ProjectErrorCode;
      readonly hint: string;
      readonly diagnostics?: readonly Diagnostic[];
      readonly sources?: ReadonlyMap<string, string>;
      readonly cause?: unknown;
    },
  ) {
    super(message, options);
    this.diagnostics = options.diagnostics ?? [];
    this.sources = options.sources ?? new Map();
  }
}

export type RuntimeErrorCode =
  /** Something did not close within the deadline; it was left to the end of the process. */
  | "RUNTIME_CLOSE_TIMEOUT"
  /** `auth/credentials.ts` is there and cannot act: it lacks its function, or nothing signs tokens. */
  | "RUNTIME_CREDENTIALS_UNUSABLE"
  /** A file with controllers, handlers or the check of credentials cannot be imported. */
  | "RUNTIME_MODULE_FAILED"
  /** A file of a job or hook does not export what it has to. */
  | "RUNTIME_JOB_INVALID"
  /** A job or hook is named and has no file. */
  | "RUNTIME_JOB_MISSING"
  /** The Redis of the jobs may throw them away when its memory is full. */
  | "RUNTIME_JOBS_EVICTED"
  /** The application was stopped before it had started. */
  | "RUNTIME_STOPPED"
  /** The database lacks migrations this version needs, and a server does not change a schema in production. */
  | "RUNTIME_MIGRATIONS_PENDING"
  /** The project declares something this version cannot do yet. */
  | "RUNTIME_FEATURE_UNSUPPORTED";

/** The runtime could not start or stop as asked. */
export class RuntimeError extends ShaperailError<RuntimeErrorCode> {
  override readonly name = "RuntimeError";
}
