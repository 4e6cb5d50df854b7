import { stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { CONFIG_FILE, ConfigError, loadConfig } from "@shaperail/config";
import { loadResources } from "@shaperail/resource";
import { type Diagnostic, diagnosticsToJson, formatDiagnostics, hasErrors } from "@shaperail/source";
import type { CommandContext, RunCommand } from "../command.ts";
import { CliError, EXIT_CODES } from "../errors.ts";
import { maskCredentials } from "../mask-credentials.ts";
import { paintFor } from "../paint.ts";
import { pathTo } from "../project.ts";

interface Findings {
  readonly files: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
}

export const runValidate: RunCommand = async (context, invocation) => {
  const path = join(pathTo(context), invocation.argument(0) ?? "resources");
  const config = await checkConfig(context);
  const resources = await checkResources(path, config.databases);
  const files = [...config.files, ...resources.files];
  const diagnostics = [...config.diagnostics, ...resources.diagnostics];
  const sources = new Map([...config.sources, ...resources.sources]);
  if (invocation.flag("json")) context.stdout.write(`${JSON.stringify(diagnosticsToJson(diagnostics), null, 2)}\n`);
  else writeFindings(context, { files, diagnostics, sources });
  if (resources.files.length === 0) throw nothingFound(path);
  return hasErrors(diagnostics) ? EXIT_CODES.failure : EXIT_CODES.ok;
};

/** The mistakes of the configuration. A variable that is not set is none of them: it is missing where the server runs, not in the file. */
async function checkConfig(context: CommandContext): Promise<Findings & { databases: readonly string[] | undefined }> {
  try {
    const { config, warnings, sources } = await loadConfig({ directory: pathTo(context), env: context.env });
    return { files: [CONFIG_FILE], diagnostics: warnings, sources, databases: Object.keys(config.databases) };
  } catch (error) {
    if (!(error instanceof ConfigError) || error.code === "CONFIG_UNREADABLE") throw error;
    const { diagnostics, sources } = error;
    const files = error.code === "CONFIG_NOT_FOUND" ? [] : [CONFIG_FILE];
    return { files, diagnostics: diagnostics.filter(isAboutTheFile), sources, databases: undefined };
  }
}

function isAboutTheFile({ code }: Diagnostic): boolean {
  return code !== "CONFIG_MISSING_VARIABLE";
}

/** A single file is read together with its neighbours, which it may refer to; only its own mistakes are reported. */
async function checkResources(path: string, databases: readonly string[] | undefined): Promise<Findings> {
  const isFile = (await stat(path).catch(() => undefined))?.isFile() === true;
  const { diagnostics, sources } = await loadResources(isFile ? dirname(path) : path, { databases });
  const isWanted = (file: string | undefined): boolean =>
    !isFile || (file !== undefined && resolve(file) === resolve(path));
  return {
    files: [...sources.keys()].filter(isWanted),
    diagnostics: diagnostics.filter(({ span }) => isWanted(span?.file)),
    sources,
  };
}

function writeFindings({ stdout, stderr }: CommandContext, { files, diagnostics, sources }: Findings): void {
  const broken = new Set(diagnostics.filter((one) => one.severity === "error").map(({ span }) => span?.file));
  const { green } = paintFor(stdout);
  for (const file of files) {
    // Mistakes of the configuration that are not at a place in it belong to it all the same.
    const isBroken = broken.has(file) || (file === CONFIG_FILE && broken.has(undefined));
    if (isBroken) stderr.write(`${paintFor(stderr).red("✗")} ${file}\n`);
    else stdout.write(`${green("✓")} ${file} valid\n`);
  }
  if (diagnostics.length === 0) return;
  stderr.write(`\n${maskCredentials(formatDiagnostics(diagnostics, { sources, color: stderr.color }))}\n`);
}

function nothingFound(path: string): CliError {
  return new CliError(`There is no resource file in ${path}.`, {
    code: "CLI_NOTHING_FOUND",
    hint: "The names of resource files end in `.yaml`.",
  });
}
