import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { CONFIG_FILE, ConfigError, loadConfig } from "@shaperail/config";
import { loadResources, type Resource } from "@shaperail/resource";
import type { Diagnostic } from "@shaperail/source";
import type { CommandContext } from "./command.ts";
import { CliError } from "./errors.ts";
import { pathIn, pathTo } from "./project.ts";

/** What was found in a set of files. */
export interface Findings {
  /** The files that were looked at. */
  readonly files: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  /** Text of the files by name. */
  readonly sources: ReadonlyMap<string, string>;
}

interface ConfigFindings extends Findings {
  /** Undefined: the configuration cannot be read. */
  readonly databases: readonly string[] | undefined;
}

export interface ResourceFindings extends Findings {
  /** Those of the files without an error. */
  readonly resources: readonly Resource[];
}

/**
 * Everything wrong in the configuration and in the resource files of `path`, a file or a folder below the project.
 * The project is not loaded, so that each mistake is there, also when others make that impossible.
 */
export async function findMistakes(context: CommandContext, path: string): Promise<ResourceFindings> {
  const config = await checkConfig(context);
  const resources = await checkResources(pathIn(context, path), config.databases);
  return {
    files: [...config.files, ...resources.files],
    diagnostics: [...config.diagnostics, ...resources.diagnostics],
    sources: new Map([...config.sources, ...resources.sources]),
    resources: resources.resources,
  };
}

/** The error when there was nothing to look at but the configuration. */
export function requireResourceFiles({ files }: Findings, path: string): void {
  if (files.some((file) => file !== CONFIG_FILE)) return;
  throw new CliError(`There is no resource file in ${path}.`, {
    code: "CLI_NOTHING_FOUND",
    hint: "The names of resource files end in `.yaml`.",
  });
}

/** The mistakes of the configuration. A variable that is not set is none of them: it is missing where the server runs, not in the file. */
async function checkConfig(context: CommandContext): Promise<ConfigFindings> {
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
export async function checkResources(
  path: string,
  databases: readonly string[] | undefined,
): Promise<ResourceFindings> {
  const isFile = (await stat(path).catch(() => undefined))?.isFile() === true;
  const { resources, diagnostics, sources } = await loadResources(isFile ? dirname(path) : path, { databases });
  const isWanted = (file: string | undefined): boolean =>
    !isFile || (file !== undefined && resolve(file) === resolve(path));
  return {
    files: [...sources.keys()].filter(isWanted),
    diagnostics: diagnostics.filter(({ span }) => isWanted(span?.file)),
    sources,
    resources: resources.filter(({ file }) => isWanted(file)),
  };
}
