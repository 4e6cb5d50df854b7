import { didYouMean, entryOf, type SourceEntry, type SourceMap, type SourceSpan } from "@shaperail/source";
import convict from "convict";
import { type Outcome, type Reading, readValue } from "./read-value.ts";
import { readVariable, usesVariable } from "./read-variable.ts";
import type { Setting, Settings } from "./setting.ts";

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
    const fromFile = entry === undefined || repeats ? undefined : readEntry({ setting, entry, section }, reading);
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

interface Place {
  readonly setting: Setting<unknown>;
  readonly entry: SourceEntry;
  readonly section: Section;
}

function readEntry({ setting, entry, section }: Place, reading: Reading): Outcome {
  const path = pathOf(section, entry.key);
  return readValue({ format: setting.written, node: entry.value, path, sensitive: setting.sensitive }, reading);
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
