import { type Diagnostic, parseYaml, retypeScalar, type SourceNode, toPlain } from "@shaperail/source";

/** A record of a seed file and where it begins. */
export interface SeedRecord {
  readonly values: Readonly<Record<string, unknown>>;
  /** From 1. */
  readonly line: number;
}

export interface ReadRecordsOptions {
  /** Path for messages. */
  readonly file: string;
  /** Columns whose values are text however they look: a plain `1.10` there is not the number 1.1. */
  readonly textColumns: ReadonlySet<string>;
}

export interface ReadRecords {
  readonly records: readonly SeedRecord[];
  readonly diagnostics: readonly Diagnostic[];
}

const MAX_LENGTH = 64 * 1024 * 1024;
const CODE = "SEED_SYNTAX";

/**
 * Reads a YAML list of mappings. Ten thousand records take a twentieth of a second: records of plain `key: value` lines
 * are taken apart here, and only what is more than that goes through the YAML parser.
 */
export function readRecords(text: string, options: ReadRecordsOptions): ReadRecords {
  const chunks = splitRecords(text);
  if (chunks === undefined) return readAll(text, options);
  const records: SeedRecord[] = [];
  for (const { lines, line } of chunks) {
    const values = readSimple(lines, options.textColumns);
    if (values !== undefined) {
      records.push({ values, line });
      continue;
    }
    const source = `${lines.join("\n")}\n`;
    const { records: found, diagnostics } = readAll(source, options);
    // Empty lines stand for what was before, so that the places of a mistake are those of the file. Only then: ten
    // thousand records behind ever more empty lines take a minute.
    if (diagnostics.length > 0) return readAll("\n".repeat(line - 1) + source, options);
    records.push(...found.map((record) => ({ ...record, line })));
  }
  return { records, diagnostics: [] };
}

interface Chunk {
  readonly lines: readonly string[];
  readonly line: number;
}

/** The lines of each record; undefined when the file is anything but a list that begins in the first column. */
function splitRecords(text: string): Chunk[] | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const chunks: { lines: string[]; line: number }[] = [];
  const all = text.split("\n");
  for (const [index, raw] of all.entries()) {
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (line.startsWith("- ")) chunks.push({ lines: [line], line: index + 1 });
    else if (line === "" || line.startsWith(" ") || line.startsWith("#")) chunks.at(-1)?.lines.push(line);
    else return undefined;
    if (chunks.length === 0 && line.trim() !== "" && !line.startsWith("#")) return undefined;
  }
  return chunks.length === 0 ? undefined : chunks;
}

const PAIR = /^(?:- | {2})([A-Za-z_][A-Za-z0-9_]*):(?: +(.*?))? *$/;

/** The values of a record whose every line is a key with a scalar that needs no parser; undefined otherwise. */
function readSimple(lines: readonly string[], textColumns: ReadonlySet<string>): Record<string, unknown> | undefined {
  const values: Record<string, unknown> = {};
  for (const line of lines) {
    if (line === "") continue;
    const match = PAIR.exec(line);
    const [, key, written = ""] = match ?? [];
    if (key === undefined || Object.hasOwn(values, key) || key === "__proto__") return undefined;
    const quoted = /^"([^"\\]*)"$|^'([^']*)'$/.exec(written);
    if (quoted !== null) values[key] = quoted[1] ?? quoted[2];
    else if (isPlain(written)) values[key] = plainValue(written, textColumns.has(key));
    else return undefined;
  }
  return values;
}

/** True for a plain scalar that ends where it seems to: no indicator at its start, no comment, no nested mapping. */
function isPlain(text: string): boolean {
  return !/^[?:,[\]{}#&*!|>'"%@`\s]|^-(?:\s|$)|\t|: |:$| #/.test(text);
}

function plainValue(text: string, isText: boolean): unknown {
  const value = retypeScalar(text);
  return isText && value !== null ? text : value;
}

function readAll(text: string, { file, textColumns }: ReadRecordsOptions): ReadRecords {
  const { root, diagnostics } = parseYaml(text, { file, code: CODE, maxLength: MAX_LENGTH });
  if (root === undefined) return { records: [], diagnostics };
  if (root.kind !== "list")
    return { records: [], diagnostics: [notRecords(root, "The file is not a list of records.")] };
  const records: SeedRecord[] = [];
  for (const item of root.items) {
    if (item.kind !== "map") return { records: [], diagnostics: [notRecords(item, "The item is not a record.")] };
    const values = item.entries.map(({ key, value }) => [key, valueOf(value, textColumns.has(key))] as const);
    records.push({ values: Object.fromEntries(values), line: item.span.start.line });
  }
  return { records, diagnostics: [] };
}

function valueOf(node: SourceNode, isText: boolean): unknown {
  const isPlainText = isText && node.kind === "scalar" && node.plain && node.value !== null;
  return isPlainText ? node.text : toPlain(node);
}

function notRecords({ span }: SourceNode, message: string): Diagnostic {
  const fix = "Write a list with a mapping of column names to values for each row.";
  return { code: CODE, severity: "error", message, span, fix, example: "- title: Hello\n  published: true" };
}
