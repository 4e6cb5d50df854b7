import { isShaperailError, type ShaperailError, toError } from "@shaperail/core";
import type { Diagnostic } from "@shaperail/source";
import type { Output } from "./command.ts";
import { EXIT_CODES } from "./errors.ts";
import { maskCredentials } from "./mask-credentials.ts";
import { paintFor } from "./paint.ts";

export interface ReportErrorOptions {
  /** Adds the stack. */
  readonly debug: boolean;
}

/** Writes what went wrong as code, sentence and hint, and says what the process ends with. */
export async function reportError(thrown: unknown, stderr: Output, { debug }: ReportErrorOptions): Promise<number> {
  const error = toError(thrown);
  const { red, green } = paintFor(stderr);
  const diagnostics = diagnosticsOf(error);
  const isTold = diagnostics !== undefined && diagnostics.list.length > 0;
  if (isTold) {
    const { formatDiagnostics } = await import("@shaperail/source");
    const text = formatDiagnostics(diagnostics.list, { sources: diagnostics.sources, color: stderr.color });
    stderr.write(`${maskCredentials(text)}\n\n`);
  }
  const code = isShaperailError(error) ? error.code : "CLI_UNEXPECTED";
  // The message of such an error repeats what has just been written with its place and its cure.
  const mistakes = diagnostics?.list.filter(({ severity }) => severity === "error").length;
  const lines = [`${red(`error ${code}`)} ${isTold ? `${mistakes} mistake(s), listed above.` : error.message}`];
  if (!isTold && isShaperailError(error) && error.hint !== undefined) lines.push(`  ${green("hint:")} ${error.hint}`);
  if (debug) lines.push(...stacks(error));
  else if (!isShaperailError(error)) lines.push(`  ${green("hint:")} Run it again with --debug to see where.`);
  stderr.write(`${maskCredentials(lines.join("\n"))}\n`);
  return exitCodeOf(error);
}

function exitCodeOf(error: Error): number {
  if ("exitCode" in error && typeof error.exitCode === "number") return error.exitCode;
  if (!isShaperailError(error)) return EXIT_CODES.failure;
  return EXIT_CODE_BY_CODE[error.code] ?? (isConfigurationError(error) ? EXIT_CODES.usage : EXIT_CODES.failure);
}

const EXIT_CODE_BY_CODE: Readonly<Record<string, number>> = {
  DB_UNAVAILABLE: EXIT_CODES.unreachable,
  JOBS_UNAVAILABLE: EXIT_CODES.unreachable,
  DB_URL_INVALID: EXIT_CODES.usage,
  MIGRATE_INTERRUPTED: EXIT_CODES.interrupted,
};

function isConfigurationError({ code }: ShaperailError): boolean {
  return code.startsWith("CONFIG_") || code.startsWith("PROJECT_");
}

/** The errors of config, resource and runtime carry every mistake with the files they are in. */
function diagnosticsOf(
  error: Error,
): { readonly list: readonly Diagnostic[]; readonly sources: ReadonlyMap<string, string> } | undefined {
  if (!("diagnostics" in error && Array.isArray(error.diagnostics))) return undefined;
  const sources = "sources" in error && error.sources instanceof Map ? error.sources : new Map<string, string>();
  return { list: error.diagnostics as readonly Diagnostic[], sources: sources as ReadonlyMap<string, string> };
}

function stacks(error: Error): string[] {
  const own = error.stack ?? "";
  return error.cause instanceof Error ? [own, "caused by:", ...stacks(error.cause)] : [own];
}
