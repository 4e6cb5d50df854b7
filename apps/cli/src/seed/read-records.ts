import type { SourcePosition } from "@shaperail/source";
import {
  MAX_LENGTH,
  parseRecords,
  type ReadRecords,
  type ReadRecordsOptions,
  type SeedRecord,
} from "./parse-records.ts";
import { readSimpleRecord } from "./simple-record.ts";

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
