import {
  describeNode,
  didYouMean,
  entryOf,
  retypeScalar,
  type SourceEntry,
  type SourceMap,
  type SourceNode,
  type SourceSpan,
  toPlain,
} from "@shaperail/source";
import convict from "convict";
import type { Format } from "./format.ts";
import type { Variables } from "./interpolate.ts";
import { emptyVariable, type Origin } from "./interpolate-tree.ts";
import type { Problem } from "./rules.ts";
import type { Setting, Settings } from "./setting.ts";

/** What one reading of a configuration shares. */
export interface Reading {
  readonly variables: Variables;
  readonly origins: ReadonlyMap<SourceNode, Origin>;
  report(problem: Problem): void;
}

/** A map of the file. */
export interface Section {
  /** Where it stands: `""` for the file itself, `databases.default`. */
  readonly path: string;
  /** Undefined when it is absent and its keys have defaults. */
  readonly node: SourceMap | undefined;
  /** Known keys that are maps or lists themselves; someone else reads them. */
  readonly nested?: readonly string[];
  /** Why a key that is often written does not exist. */
  readonly removed?: Readonly<Record<string, string>>;
}

/**
 * Reads the keys of one map: unknown keys and unfit values are reported at their place, then convict joins environment, file and defaults
 * and says what is missing. Undefined after reporting a problem.
 */
export function readSettings<Values>(
  settings: Settings<Values>,
  section: Section,
  reading: Reading,
): Values | undefined {
  const known = Object.entries<Setting<unknown>>(settings);
  let sound = reportUnknownKeys(
    known.map(([key]) => key),
    section,
    reading,
  );
  const written: Record<string, unknown> = {};
  const environment: Record<string, unknown> = {};
  const refused = new Set<string>();

  for (const [key, setting] of known) {
    const entry = section.node === undefined ? undefined : entryOf(section.node, key);
    const fromEnvironment = readVariable(setting, entry, reading);
    if (fromEnvironment?.fits === true && setting.env !== undefined) environment[setting.env] = fromEnvironment.value;
    // A file that only repeats the variable says nothing of its own: the variable has been judged.
    const repeats = fromEnvironment !== undefined && usesVariable(setting.env, entry, reading);
    const fromFile = entry === undefined || repeats ? undefined : readValue({ setting, entry, section }, reading);
    if (fromFile?.fits === true) written[key] = fromFile.value;
    if (fromEnvironment?.fits === false || fromFile?.fits === false) refused.add(key);
  }

  const store = convict<Values>(settings as convict.Schema<Values>, {
    // The values are typed already: convict would read `0x10` as 0 and `50x` as 50.
    env: environment as Record<string, string>,
    // Without a list of its own, convict reads the arguments of the process.
    args: [],
  });
  store.load(written);
  for (const key of keysConvictRefuses(store)) {
    if (!refused.has(key)) reportMissingKey({ key, setting: settings[key as keyof Values], section }, reading);
    sound = false;
  }
  return sound && refused.size === 0 ? store.getProperties() : undefined;
}

/** Keys whose value convict does not accept: after the checks above, required ones that nobody gave. */
function keysConvictRefuses<Values>(store: convict.Config<Values>): string[] {
  try {
    store.validate({ allowed: "strict" });
    return [];
  } catch (error) {
    // One line per key, in the form `key: what is wrong`.
    const lines = error instanceof Error ? error.message.split("\n") : [];
    return lines.map((line) => line.slice(0, line.indexOf(":")));
  }
}

type Outcome = { readonly fits: true; readonly value: unknown } | { readonly fits: false };

const UNFIT: Outcome = { fits: false };

function readVariable(
  setting: Setting<unknown>,
  entry: SourceEntry | undefined,
  reading: Reading,
): Outcome | undefined {
  const { env, shape, sensitive } = setting;
  const text = env === undefined ? undefined : reading.variables.fromEnvironment(env);
  const isText = shape.types.every((type) => type === "string");
  // As OpenTelemetry has it, an empty variable is an unset one; where a number is wanted it is a mistake.
  if (env === undefined || text === undefined || (isText && text.trim() === "")) return undefined;
  const value = isText ? text : retypeScalar(text);
  if (shape.accepts(value)) return { fits: true, value };
  const found = sensitive ? "" : `, found \`${text.length > 40 ? `${text.slice(0, 40)}…` : text}\``;
  reading.report({
    code: "CONFIG_INVALID_VARIABLE",
    message: `environment variable '${env}' must be ${shape.expects}${found}.${didYouMean(text, shape.words ?? [])}`,
    span: usesVariable(env, entry, reading) ? entry?.value.span : undefined,
    fix: `Correct ${env}, or remove it.`,
    variables: [env],
  });
  return UNFIT;
}

function usesVariable(env: string | undefined, entry: SourceEntry | undefined, { origins }: Reading): boolean {
  const used = entry === undefined ? undefined : origins.get(entry.value)?.used;
  return env !== undefined && used !== undefined && used.includes(env);
}

interface Place {
  readonly setting: Setting<unknown>;
  readonly entry: SourceEntry;
  readonly section: Section;
}

function readValue({ setting, entry, section }: Place, reading: Reading): Outcome {
  const path = pathOf(section, entry.key);
  return readNode({ format: setting.written, node: entry.value, path, sensitive: setting.sensitive }, reading);
}

interface Candidate {
  readonly format: Format<unknown>;
  readonly node: SourceNode;
  readonly path: string;
  readonly sensitive: boolean;
}

function readNode(candidate: Candidate, reading: Reading): Outcome {
  const { format, node, path, sensitive } = candidate;
  const origin = reading.origins.get(node);
  if (origin?.resolved === false) return UNFIT;
  if (format.item !== undefined && node.kind === "list") {
    const { item } = format;
    const outcomes = node.items.map((child) => readNode({ format: item, node: child, path, sensitive }, reading));
    const values = outcomes.flatMap((outcome) => (outcome.fits ? [outcome.value] : []));
    if (values.length < outcomes.length) return UNFIT;
    return format.accepts(values) ? { fits: true, value: values } : refuse(candidate, values, reading);
  }
  const value = valueOf(candidate, origin);
  return format.accepts(value) ? { fits: true, value } : refuse(candidate, value, reading);
}

/** Where text is wanted, what a variable holds is text: a bucket may be called `123`. */
function valueOf({ format, node }: Candidate, origin: Origin | undefined): unknown {
  const isText = format.types.every((type) => type === "string");
  return isText && origin !== undefined && node.kind === "scalar" ? node.text : toPlain(node);
}

function refuse({ format, node, path, sensitive }: Candidate, value: unknown, reading: Reading): Outcome {
  const used = reading.origins.get(node)?.used ?? [];
  const [variable] = used;
  const word = typeof value === "string" ? value : "";
  if (variable !== undefined && node.kind === "scalar" && node.text.trim() === "") {
    reading.report(emptyVariable(variable, node.span));
    return UNFIT;
  }
  const reason = Object.entries(format.unsupported ?? {}).find(([name]) => name === word)?.[1];
  if (reason !== undefined) {
    reading.report({
      code: "CONFIG_UNSUPPORTED",
      message: `\`${path}\` must be ${format.expects}, found \`${word}\`. ${reason}`,
      span: node.span,
      fix: `Write ${format.expects}.`,
    });
    return UNFIT;
  }
  const isRightType = node.kind !== "map" && format.types.some((type) => type === typeof value) && value !== null;
  // What came from the environment may be a secret that was put in the wrong place.
  const found =
    used.length > 0
      ? ` (from ${used.join(", ")})`
      : sensitive && node.kind === "scalar" && value !== null
        ? ""
        : `, found ${describeNode(node)}`;
  const hint = used.length > 0 || sensitive ? "" : didYouMean(word, format.words ?? []);
  reading.report({
    code: isRightType ? (format.code ?? "CONFIG_INVALID_VALUE") : "CONFIG_WRONG_TYPE",
    message: `\`${path}\` must be ${format.expects}${found}.${hint}`,
    span: node.span,
    fix: `Write ${format.expects}.`,
    variables: used,
  });
  return UNFIT;
}

function reportUnknownKeys(settings: readonly string[], section: Section, reading: Reading): boolean {
  const keys = [...settings, ...(section.nested ?? [])];
  const unknown = (section.node?.entries ?? []).filter(({ key }) => !keys.includes(key));
  for (const { key, keySpan } of unknown) {
    const why = Object.entries(section.removed ?? {}).find(([name]) => name === key)?.[1];
    const expected = keys.map((name) => `\`${name}\``).join(", ");
    reading.report({
      code: "CONFIG_UNKNOWN_KEY",
      message: `unknown field \`${key}\`, expected one of ${expected}.${why === undefined ? didYouMean(key, keys) : ` ${why}`}`,
      span: keySpan,
    });
  }
  return unknown.length === 0;
}

interface MissingKey {
  readonly key: string;
  readonly setting: Setting<unknown>;
  readonly section: Section;
}

function reportMissingKey({ key, setting, section }: MissingKey, reading: Reading): void {
  reading.report({
    code: "CONFIG_MISSING_KEY",
    message: `missing field \`${key}\`${section.path === "" ? "" : ` in \`${section.path}\``}.`,
    span: startOf(section.node),
    fix: `Add \`${key}:\` with ${setting.shape.expects}.`,
  });
}

/** The first key of a map is where the reader looks; the map itself may cover the whole file. */
export function startOf(map: SourceMap | undefined): SourceSpan | undefined {
  return map?.entries[0]?.keySpan ?? map?.span;
}

function pathOf({ path }: Section, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}
