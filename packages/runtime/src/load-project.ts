import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  ConfigError,
  type ConfigNeeds,
  type Environment,
  loadConfig,
  type LoadedConfig,
  type ProjectConfig,
  type ProvideVariables,
} from "@shaperail/config";
import { loadResources, type Resource } from "@shaperail/resource";
import { type Diagnostic, hasErrors } from "@shaperail/source";
import { ProjectError } from "./errors.ts";

/** Everything a project declares, validated and compiled; nothing is opened yet. */
export interface Project {
  /** Absolute path of its root. */
  readonly directory: string;
  /** Version of the application, from its package.json; `1.0.0` when it has none. */
  readonly version: string;
  readonly config: ProjectConfig;
  readonly resources: readonly Resource[];
  /** What is worth saying but stops nothing. */
  readonly warnings: readonly Diagnostic[];
  /** Text of the files the warnings point into, by name. */
  readonly sources: ReadonlyMap<string, string>;
}

export interface LoadProjectOptions {
  /** Root of the project: where `shaperail.config.yaml` is. @default "." */
  readonly directory?: string;
  /** @default the environment of the process */
  readonly env?: Environment;
  /** Asked in development for variables that are needed and not set, when nothing else is wrong. */
  readonly provide?: ProvideVariables;
  /** What the caller is going to use; what is not need not be set. @default "everything" */
  readonly needs?: ConfigNeeds;
}

/** Folder of the resource files, below the root. */
export const RESOURCE_FOLDER = "resources";

/**
 * Reads the configuration and every resource file. All mistakes of all files are reported at once.
 *
 * @throws {@link ProjectError} `PROJECT_NOT_FOUND`, or `PROJECT_INVALID` with the diagnostics.
 */
export async function loadProject({ directory = ".", env, provide, needs }: LoadProjectOptions = {}): Promise<Project> {
  // The resources are read first: a mistake there must be known before `provide` starts a database.
  const declared = await loadResources(join(directory, RESOURCE_FOLDER), {});
  const broken = hasErrors(declared.diagnostics);
  const loaded = await readConfig({ directory, env, needs, provide: broken ? undefined : provide });
  if (loaded instanceof ConfigError || broken) throw invalid(loaded, declared);

  const { config, directory: root } = loaded;
  const { resources, diagnostics, sources } = await loadResources(join(directory, RESOURCE_FOLDER), {
    databases: Object.keys(config.databases),
  });
  if (hasErrors(diagnostics)) throw invalid(loaded, { diagnostics, sources });
  return {
    directory: root,
    version: await readVersion(root),
    config,
    resources,
    warnings: [...loaded.warnings, ...diagnostics],
    sources: new Map([...loaded.sources, ...sources]),
  };
}

/** The configuration, or the error that lists its mistakes; any other failure is thrown. */
async function readConfig(options: LoadProjectOptions): Promise<LoadedConfig | ConfigError> {
  try {
    return await loadConfig(options);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    if (error.code === "CONFIG_INVALID") return error;
    throw new ProjectError(error.message, { code: "PROJECT_NOT_FOUND", hint: error.hint ?? "", cause: error });
  }
}

async function readVersion(directory: string): Promise<string> {
  const text = await readFile(join(directory, "package.json"), "utf8").catch(() => "{}");
  try {
    const manifest: unknown = JSON.parse(text);
    const isObject = typeof manifest === "object" && manifest !== null && "version" in manifest;
    return isObject && typeof manifest.version === "string" ? manifest.version : DEFAULT_VERSION;
  } catch {
    // Whoever installs packages will say what is wrong with it; an API document is not the place.
    return DEFAULT_VERSION;
  }
}

const DEFAULT_VERSION = "1.0.0";

interface Findings {
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
}

function invalid(loaded: LoadedConfig | ConfigError, declared: Findings): ProjectError {
  const found = loaded instanceof ConfigError ? loaded.diagnostics : loaded.warnings;
  const diagnostics = [...found, ...declared.diagnostics];
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  return new ProjectError(
    `The project has ${errors.length} mistake(s). ${errors
      .slice(0, 10)
      .map(({ message }) => message)
      .join(" ")}`,
    {
      code: "PROJECT_INVALID",
      hint: errors[0]?.fix ?? "Correct the files.",
      diagnostics,
      sources: new Map([...loaded.sources, ...declared.sources]),
    },
  );
}
