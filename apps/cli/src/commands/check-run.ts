import { join } from "node:path";
import { isShaperailError } from "@shaperail/core";
import { readMigrations } from "@shaperail/db/migrate";
import type { Resource } from "@shaperail/resource";
import { type Diagnostic, diagnosticsToJson, formatDiagnostics, hasErrors } from "@shaperail/source";
import type { CommandContext, RunCommand } from "../command.ts";
import { EXIT_CODES } from "../errors.ts";
import { findMistakes, requireResourceFiles } from "../find-mistakes.ts";
import { maskCredentials } from "../mask-credentials.ts";
import { findNarrowIntegers } from "../narrow-integers.ts";
import { paintFor } from "../paint.ts";
import { pathTo } from "../project.ts";

export const runCheck: RunCommand = async (context, invocation) => {
  const { stdout } = context;
  const path = invocation.argument(0) ?? "resources";
  const found = await findMistakes(context, path);
  const narrow = await checkMigrations(context, found.resources);
  const diagnostics = [...found.diagnostics, ...narrow.diagnostics];
  if (invocation.flag("json")) stdout.write(`${JSON.stringify(diagnosticsToJson(diagnostics), null, 2)}\n`);
  else writeDiagnostics(context, diagnostics, new Map([...found.sources, ...narrow.sources]));
  requireResourceFiles(found, path);
  return hasErrors(diagnostics) ? EXIT_CODES.failure : EXIT_CODES.ok;
};

interface MigrationFindings {
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
}

async function checkMigrations(context: CommandContext, resources: readonly Resource[]): Promise<MigrationFindings> {
  const diagnostics: Diagnostic[] = [];
  const sources = new Map<string, string>();
  for (const [database, own] of Map.groupBy(resources, ({ db }) => db)) {
    const folder = join(pathTo(context), "migrations", database === "default" ? "" : database);
    try {
      const migrations = await readMigrations(folder);
      const texts = migrations.map(({ up: { fileName, sql } }) => ({ file: join(folder, fileName), sql }));
      diagnostics.push(...findNarrowIntegers(own, texts));
      for (const { file, sql } of texts) sources.set(file, sql);
    } catch (error) {
      diagnostics.push(...toDiagnostics(error));
    }
  }
  return { diagnostics, sources };
}

/** A folder that is not there yet holds no mistake; a file that `migrate` would refuse is one, at no place in a text. */
function toDiagnostics(error: unknown): Diagnostic[] {
  if (!isShaperailError(error)) throw error;
  const { code, message, hint } = error;
  if (code === "MIGRATE_FOLDER_UNREADABLE") return [];
  return [{ code, severity: "error", message, span: undefined, fix: hint, example: undefined }];
}

/** Findings are what this command is asked for, so they go to standard output. */
function writeDiagnostics(
  { stdout }: CommandContext,
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
): void {
  const { green } = paintFor(stdout);
  if (diagnostics.length === 0) {
    stdout.write(`${green("✓")} nothing found\n`);
    return;
  }
  for (const diagnostic of diagnostics) {
    stdout.write(`${maskCredentials(formatDiagnostics([diagnostic], { sources, color: stdout.color }))}\n`);
    const { example } = diagnostic;
    if (example !== undefined) stdout.write(`  ${green("example:")}\n${example.replaceAll(/^/gm, "    ")}\n`);
    stdout.write("\n");
  }
}
