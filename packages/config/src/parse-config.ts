import { type Diagnostic, hasErrors, parseYaml, type SourceEntry, type SourceNode } from "@shaperail/source";
import { freezeDeeply } from "./freeze-deeply.ts";
import type { Variables } from "./interpolate.ts";
import { interpolateTree } from "./interpolate-tree.ts";
import type { ProjectConfig } from "./project-config.ts";
import { readEnvironment, readProject } from "./read-project.ts";
import type { ProjectReading } from "./read-section.ts";
import { CONFIG_RULES, type Problem, toDiagnostic } from "./rules.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ParseConfigOptions {
  /** Path for the positions, as a person would type it. */
  readonly file: string;
  /** The environment; nothing else is looked at. */
  readonly env: Environment;
  /** Values for variables that are not set and have no default in the file. @default {} */
  readonly fallbacks?: Readonly<Record<string, string>>;
  /** What the caller is going to use. @default "everything" */
  readonly needs?: ConfigNeeds;
}

/**
 * What of a configuration is going to be used; what is not must not have to be set.
 *
 * `databases`: a secret that is not set is one that cannot be revealed, and `cache`, `jobs` and `storage` are left out when a
 * variable in them is not set. `nothing`: the URLs of databases need not be set either; in their place are ones that
 * lead nowhere.
 */
export type ConfigNeeds = "everything" | "databases" | "nothing";

export interface ParsedConfig {
  /** Undefined when a diagnostic is an error. */
  readonly config: ProjectConfig | undefined;
  /** In the order of the file; those without a place come last. */
  readonly diagnostics: readonly Diagnostic[];
  /** Variables that are needed and have no value, each once: what `fallbacks` could provide. */
  readonly missingVariables: readonly string[];
}

// People write this file; a longer one is not a configuration, and would only make the reading slow.
const MAX_LENGTH = 131_072;

/** Reads the text of `shaperail.config.yaml` against an environment. Pure; never throws; reports every mistake at once. */
export function parseConfig(
  text: string,
  { file, env, fallbacks = {}, needs = "everything" }: ParseConfigOptions,
): ParsedConfig {
  const { root, diagnostics } = parseYaml(text, { file, code: "CONFIG_SYNTAX", maxLength: MAX_LENGTH });
  if (root === undefined) {
    const { example } = CONFIG_RULES.CONFIG_SYNTAX;
    const withExample = diagnostics.map((diagnostic) => ({ ...diagnostic, example }));
    return { config: undefined, diagnostics: withExample, missingVariables: [] };
  }
  const read = (provided: Readonly<Record<string, string>>): ParsedConfig =>
    readTree(root, { fromEnvironment: lookup(env), fromFallbacks: lookup(provided) }, needs);
  const parsed = read(fallbacks);
  return needs === "nothing" ? read({ ...toNowhere(parsed.missingVariables), ...fallbacks }) : parsed;
}

const NOWHERE = ".is.not.set";

/** True for a URL that stands in for one that nobody set; see {@link ConfigNeeds}. */
export function leadsNowhere(url: string): boolean {
  return URL.parse(url)?.hostname.endsWith(NOWHERE) === true;
}

function toNowhere(variables: readonly string[]): Record<string, string> {
  const url = (name: string): string => `postgresql://${name.toLowerCase().replaceAll("_", "-")}${NOWHERE}/app`;
  return Object.fromEntries(variables.map((name) => [name, url(name)]));
}

/** Sections that are left out when they are not needed and lack a variable. */
const DISPENSABLE = new Set(["cache", "jobs", "storage"]);

function withoutUnset(tree: SourceNode, variables: Variables): SourceNode {
  if (tree.kind !== "map") return tree;
  const isComplete = ({ key, value }: SourceEntry): boolean =>
    !DISPENSABLE.has(key) || interpolateTree(value, variables).missing.length === 0;
  return { ...tree, entries: tree.entries.filter(isComplete) };
}

function readTree(written: SourceNode, variables: Variables, needs: ConfigNeeds): ParsedConfig {
  const tree = needs === "everything" ? written : withoutUnset(written, variables);
  const { root, origins, problems: found, missing: unset } = interpolateTree(tree, variables);
  const problems: Problem[] = [...found];
  const missing = new Set(unset);
  const reading: ProjectReading = {
    variables,
    origins,
    needsSecrets: needs === "everything",
    isProduction: variables.fromEnvironment("NODE_ENV") === "production",
    report: (problem) => problems.push(problem),
    miss: (name) => missing.add(name),
  };
  const environment = readEnvironment(reading);
  const config = readProject(root, environment, reading);
  const diagnostics = distinct(problems).map(toDiagnostic).toSorted(byPlace);
  return {
    config: config === undefined || hasErrors(diagnostics) ? undefined : freezeDeeply(config),
    diagnostics,
    missingVariables: [...missing],
  };
}

/** One mistake is reported once: at its place in the file rather than without one, at the first place rather than at each. */
function distinct(problems: readonly Problem[]): Problem[] {
  const placed = new Set(problems.flatMap(({ span, variables = [] }) => (span === undefined ? [] : variables)));
  const seen = new Set<string>();
  return problems.filter(({ code, message, span, variables = [] }) => {
    const isRepeated = code === "CONFIG_MISSING_VARIABLE" && seen.has(message);
    seen.add(message);
    return !isRepeated && (span !== undefined || !variables.some((name) => placed.has(name)));
  });
}

function byPlace(first: Diagnostic, second: Diagnostic): number {
  const offset = ({ span }: Diagnostic): number => span?.start.offset ?? Number.MAX_SAFE_INTEGER;
  return offset(first) - offset(second);
}

function lookup(values: Environment): (name: string) => string | undefined {
  // Own names only: an object also answers to `constructor`.
  return (name) => (Object.hasOwn(values, name) ? values[name] : undefined);
}
