import { type Diagnostic, parseYaml, type SourceNode, type SourcePosition, toPlain } from "@shaperail/source";
import { readSimpleRecord } from "./simple-record.ts";

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
 * Reads a YAML list of mappings.
 *
 * The parser takes a quarter of a second for a thousand records, most of which need none: those that can be read in one
 * way only are taken apart here, record by record, and the parser gets what is left.
 */
export function readRecords(text: string, options: ReadRecordsOptions): ReadRecords {
  const chunks = text.length > MAX_LENGTH ? undefined : splitRecords(text);
  if (chunks === undefined) return parseRecords(text, options);
  const records: SeedRecord[] = [];
  for (const [index, { lines, start }] of chunks.entries()) {
    const values = readSimpleRecord(lines, options.textColumns);
    if (values !== undefined) {
      records.push({ values, line: start.line });
      continue;
    }
    const part = text.slice(start.offset, chunks[index + 1]?.start.offset);
    const parsed = shift(parseRecords(part, options), start);
    if (parsed.diagnostics.length > 0) return parsed;
    records.push(...parsed.records);
  }
  return { records, diagnostics: [] };
}

interface Chunk {
  readonly lines: string[];
  readonly start: SourcePosition;
}

/** The lines of each record; undefined when the file is anything but a list that begins in the first column. */
function splitRecords(text: string): readonly Chunk[] | undefined {
  const chunks: Chunk[] = [];
  let offset = 0;
  for (const [index, line] of text.split("\n").entries()) {
    const current = chunks.at(-1);
    const isBlank = line.trim() === "" || line.startsWith("#");
    if (line.startsWith("- ")) chunks.push({ lines: [line], start: { line: index + 1, column: 1, offset } });
    else if (current !== undefined && (isBlank || line.startsWith(" "))) current.lines.push(line);
    else if (!isBlank) return undefined;
    offset += line.length + 1;
  }
  return chunks.length === 0 ? undefined : chunks;
}

/** What was read of a part of a file, at its places in the whole file. */
function shift({ records, diagnostics }: ReadRecords, start: SourcePosition): ReadRecords {
  const move = ({ line, column, offset }: SourcePosition): SourcePosition => ({
    line: line + start.line - 1,
    column,
    offset: offset + start.offset,
  });
  return {
    records: records.map(({ values, line }) => ({ values, line: line + start.line - 1 })),
    diagnostics: diagnostics.map((diagnostic) => {
      const { span } = diagnostic;
      return span === undefined
        ? diagnostic
        : { ...diagnostic, span: { file: span.file, start: move(span.start), end: move(span.end) } };
    }),
  };
}

/** Reads the whole text with the YAML parser. */
export function parseRecords(text: string, { file, textColumns }: ReadRecordsOptions): ReadRecords {
  const { root, diagnostics } = parseYaml(text, { file, code: CODE, maxLength: MAX_LENGTH });
  if (root === undefined) return { records: [], diagnostics };
  if (root.kind !== "list") return refused(root, "The file is not a list of records.");
  const records: SeedRecord[] = [];
  for (const item of root.items) {
    if (item.kind !== "map") return refused(item, "The item is not a record.");
    const values = item.entries.map(({ key, value }) => [key, valueOf(value, textColumns.has(key))] as const);
    records.push({ values: Object.fromEntries(values), line: item.span.start.line });
  }
  return { records, diagnostics: [] };
}

function valueOf(node: SourceNode, isText: boolean): unknown {
  if (node.kind === "list") return node.items.map((item) => valueOf(item, isText));
  const keepsText = isText && node.kind === "scalar" && node.plain && node.value !== null;
  return keepsText ? node.text : toPlain(node);
}

function refused({ span }: SourceNode, message: string): ReadRecords {
  const fix = "Write a list with a mapping of column names to values for each row.";
  const example = "- title: Hello\n  published: true";
  return { records: [], diagnostics: [{ code: CODE, severity: "error", message, span, fix, example }] };
}
