import type { SourceSpan } from "./node.ts";

/** One mistake in a file, with its place and its cure. */
export interface Diagnostic {
  /** Stable identifier: `SR010`, `CONFIG_UNKNOWN_KEY`. */
  readonly code: string;
  readonly severity: "error" | "warning";
  /** One sentence: what is wrong. */
  readonly message: string;
  /** Undefined when the mistake is not at a place in a file. */
  readonly span: SourceSpan | undefined;
  /** One imperative sentence: what to do. */
  readonly fix: string | undefined;
  /** YAML that would be accepted. */
  readonly example: string | undefined;
}

/** A {@link Diagnostic} as `--json` prints it. */
export interface DiagnosticJson {
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly end_line: number | null;
  readonly end_column: number | null;
  readonly code: string;
  readonly level: "error" | "warning";
  readonly error: string;
  readonly fix: string | null;
  readonly example: string | null;
}

export function diagnosticsToJson(diagnostics: readonly Diagnostic[]): DiagnosticJson[] {
  return diagnostics.map(({ code, severity, message, span, fix, example }) => ({
    file: span?.file ?? null,
    line: span?.start.line ?? null,
    column: span?.start.column ?? null,
    end_line: span?.end.line ?? null,
    end_column: span?.end.column ?? null,
    code,
    level: severity,
    error: message,
    fix: fix ?? null,
    example: example ?? null,
  }));
}

/** True when at least one diagnostic is an error: the file has no model. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === "error");
}
