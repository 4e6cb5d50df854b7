import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Diagnostic, hasErrors } from "@shaperail/source";
import { ENVIRONMENT_FILE, joinEnvironment } from "./environment-file.ts";
import { ConfigError } from "./errors.ts";
import { type ConfigNeeds, type Environment, parseConfig, type ParsedConfig } from "./parse-config.ts";
import type { ProjectConfig } from "./project-config.ts";
import { toDiagnostic } from "./rules.ts";

/** Name of the file with the configuration of a project. */
export const CONFIG_FILE = "shaperail.config.yaml";

/** Values for variables that are needed and not set, asked for once and only when nothing else is wrong. */
export type ProvideVariables = (missing: readonly string[]) => Promise<Readonly<Record<string, string>>>;

export interface LoadConfigOptions {
  /** Root of the project. @default "." */
  readonly directory?: string;
  /** The environment; `.env` is joined to it unless its `NODE_ENV` is `production`. @default process.env */
  readonly env?: Environment;
  /** Called in development for variables without a value, for example to start a database. @default provides nothing */
  readonly provide?: ProvideVariables;
  /** What the caller is going to use; what is not need not be set. @default "everything" */
  readonly needs?: ConfigNeeds;
}

export interface LoadedConfig {
  readonly config: ProjectConfig;
  /** Absolute path of the root of the project. */
  readonly directory: string;
  /** `.env` was there, and was read. */
  readonly environmentFileRead: boolean;
  readonly warnings: readonly Diagnostic[];
  /** Text of the files the warnings point into. */
  readonly sources: ReadonlyMap<string, string>;
}

/**
 * Reads `shaperail.config.yaml` and, unless `NODE_ENV` is `production`, `.env`. Opens nothing else.
 *
 * @throws {@link ConfigError} `CONFIG_NOT_FOUND`, `CONFIG_UNREADABLE`, or `CONFIG_INVALID` with every mistake in `diagnostics`.
 */
export async function loadConfig({
  directory = ".",
  // The one place that reaches for the environment of the process; everything below is handed one.
  // oxlint-disable-next-line node/no-process-env
  env: processEnv = process.env,
  provide = async () => ({}),
  needs = "everything",
}: LoadConfigOptions = {}): Promise<LoadedConfig> {
  const text = await readText(directory, CONFIG_FILE);
  if (text === undefined) {
    throw new ConfigError(`No ${CONFIG_FILE} found in ${resolve(directory)}.`, {
      code: "CONFIG_NOT_FOUND",
      hint: "Run the command in the root of a project, or create one with `shaperail init`.",
    });
  }
  const isProduction = processEnv["NODE_ENV"] === "production";
  const envText = isProduction ? undefined : await readText(directory, ENVIRONMENT_FILE);
  const { env, problems } =
    envText === undefined ? { env: processEnv, problems: [] } : joinEnvironment(processEnv, envText);

  const parse = (fallbacks: Readonly<Record<string, string>>): ParsedConfig =>
    parseConfig(text, { file: CONFIG_FILE, env, fallbacks, needs });
  let parsed = parse({});
  if (!isProduction && problems.length === 0 && lacksOnlyVariables(parsed)) {
    parsed = parse(await provide(parsed.missingVariables));
  }

  const diagnostics = [...problems.map(toDiagnostic), ...parsed.diagnostics];
  const sources = new Map([[CONFIG_FILE, text]]);
  if (envText !== undefined) sources.set(ENVIRONMENT_FILE, envText);
  if (parsed.config === undefined || hasErrors(diagnostics)) throw invalid(diagnostics, sources);
  return {
    config: parsed.config,
    directory: resolve(directory),
    environmentFileRead: envText !== undefined,
    warnings: diagnostics,
    sources,
  };
}

function lacksOnlyVariables({ diagnostics, missingVariables }: ParsedConfig): boolean {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const areAllMissing = errors.every(({ code }) => code === "CONFIG_MISSING_VARIABLE");
  // A variable that is set but empty has the same code, and cannot be provided.
  return missingVariables.length > 0 && areAllMissing && errors.length === missingVariables.length;
}

const MAX_NAMED = 10;

function invalid(diagnostics: readonly Diagnostic[], sources: ReadonlyMap<string, string>): ConfigError {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const named = errors.slice(0, MAX_NAMED).map(({ message }) => message);
  const more = errors.length > MAX_NAMED ? ` (and ${errors.length - MAX_NAMED} more)` : "";
  return new ConfigError(`Failed to parse ${CONFIG_FILE}: ${named.join(" ")}${more}`, {
    code: "CONFIG_INVALID",
    hint: errors[0]?.fix ?? "Correct the configuration.",
    details: { problems: errors.map(({ code, message }) => ({ code, message })) },
    diagnostics,
    sources,
  });
}

/** The text of a file, or undefined when there is none. */
async function readText(directory: string, name: string): Promise<string | undefined> {
  try {
    return await readFile(join(directory, name), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new ConfigError(`${name} in ${resolve(directory)} cannot be read.`, {
      code: "CONFIG_UNREADABLE",
      hint: "Check that it is a file and that this user may read it.",
      cause: error,
    });
  }
}
