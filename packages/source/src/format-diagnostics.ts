import { styleText } from "node:util";
import type { Diagnostic } from "./diagnostic.ts";
import type { SourceSpan } from "./node.ts";

export interface FormatDiagnosticsOptions {
  /** Text of each file by its name, for the code frames. A file that is missing here gets no frame. */
  readonly sources: ReadonlyMap<string, string>;
  /** Writes ANSI colours. @default false */
  readonly color?: boolean;
  /** Most diagnostics written out; the rest are counted. @default 20 */
  readonly limit?: number;
}

const FRAME_WIDTH = 160;

/**
 * Diagnostics as people read them: what is wrong, where, the line with a caret, and what to do.
 *
 * Control characters from a file are shown as `·`, so that a file cannot write to the terminal.
 */
export function formatDiagnostics(
  diagnostics: readonly Diagnostic[],
  { sources, color = false, limit = 20 }: FormatDiagnosticsOptions,
): string {
  // The caller has decided about colour; styleText alone would ask the stream and the environment again.
  const paint = (style: "red" | "yellow" | "cyan" | "green", text: string): string =>
    color ? styleText(style, text, { validateStream: false }) : text;
  const blocks = diagnostics.slice(0, limit).map((diagnostic) => {
    const { code, severity, message, span, fix } = diagnostic;
    const title = `${paint(severity === "error" ? "red" : "yellow", `${severity} ${code}`)} ${printable(message)}`;
    const lines = [title];
    if (span !== undefined) {
      lines.push(`  ${paint("cyan", `${span.file}:${span.start.line}:${span.start.column}`)}`);
      lines.push(...codeFrame(sources.get(span.file), span).map((line) => `  ${line}`));
    }
    if (fix !== undefined) lines.push(`  ${paint("green", "fix:")} ${printable(fix)}`);
    return lines.join("\n");
  });
  const hidden = diagnostics.length - blocks.length;
  if (hidden > 0) blocks.push(`… and ${hidden} more.`);
  return blocks.join("\n\n");
}

/** The line of the mistake between its neighbours, with a caret under it. */
function codeFrame(text: string | undefined, { start, end }: SourceSpan): string[] {
  if (text === undefined) return [];
  const lines = text.split(/\r?\n/);
  const first = Math.max(1, start.line - 1);
  const last = Math.min(lines.length, start.line + 1);
  const gutter = String(last).length;
  const frame: string[] = [];
  for (let number = first; number <= last; number += 1) {
    const line = lines[number - 1] ?? "";
    const marker = number === start.line ? ">" : " ";
    // A long line is shown around the mistake.
    const from = number === start.line && start.column > FRAME_WIDTH ? start.column - FRAME_WIDTH / 2 : 0;
    frame.push(
      `${marker} ${String(number).padStart(gutter)} | ${printable(line.slice(from, from + FRAME_WIDTH))}`.trimEnd(),
    );
    if (number !== start.line) continue;
    const sameLine = end.line === start.line;
    const width = Math.max(1, Math.min((sameLine ? end.column : line.length + 1) - start.column, FRAME_WIDTH));
    frame.push(`  ${" ".repeat(gutter)} | ${" ".repeat(start.column - 1 - from)}${"^".repeat(width)}`);
  }
  return frame;
}

function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, "·");
}
