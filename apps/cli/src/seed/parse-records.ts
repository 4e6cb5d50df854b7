import { type Diagnostic, parseYaml, type SourceNode, toPlain } from "@shaperail/source";

/** A record of a seed file and where it begins. */
export interface SeedRecord {
  readonly values: Readonly<Record<string, unknown>>;
  /** From 1. */
  readonly line: number;
}

export interface ReadRecordsOptions {
  /** Path for messages. */
  readonly file: string;
  /** Columns whose values go to the database as they are written: a plain `1.10` there is not the number 1.1. */
  readonly textColumns: ReadonlySet<string>;
}

export interface ReadRecords {
  readonly records: readonly SeedRecord[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Longest text of a seed file that is read, in UTF-16 units. */
export const MAX_LENGTH: number = 64 * 1024 * 1024;
const CODE = "SEED_SYNTAX";

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
