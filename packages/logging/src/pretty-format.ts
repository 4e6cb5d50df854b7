import { LEVEL_NAME, type LogEntry } from "./log-entry.ts";
import type { LogLevel } from "./level.ts";
import { logText } from "./log-text.ts";
import { logValue } from "./log-value.ts";
import { noRedaction, REDACTED, type Redaction } from "./redaction.ts";

const COLOUR: Readonly<Record<LogLevel, string>> = {
  error: "\u001B[31m",
  warn: "\u001B[33m",
  info: "\u001B[32m",
  debug: "\u001B[36m",
  trace: "\u001B[90m",
};
const RESET = "\u001B[0m";
// A terminal obeys these; whoever can get text into a log must not command the terminal of its reader.
// oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
const CONTROL = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g;

interface PrettyOptions {
  readonly color?: boolean;
  readonly redaction?: Redaction;
}

/** Writes entries for people: time, level, target, message and `name=value`, the stack of an error on lines of its own. */
export function createPrettyFormat({ color = false, redaction = noRedaction }: PrettyOptions = {}): (
  entry: LogEntry,
) => string {
  return ({ time, level, target, message, fields }) => {
    const name = LEVEL_NAME[level].padStart(5);
    const shown = color ? `${COLOUR[level]}${name}${RESET}` : name;
    const pairs: string[] = [];
    const stacks: string[] = [];
    for (const [key, value] of Object.entries(fields)) {
      const safe = redaction.hidesField(key) ? REDACTED : logValue(value, redaction);
      pairs.push(`${key}=${value instanceof Error ? JSON.stringify(logText(value.message)) : asWord(safe)}`);
      if (value instanceof Error) stacks.push(stackOf(safe));
    }
    const text = [
      `${new Date(time).toISOString()} ${shown} ${visible(target)}: ${oneLine(logText(message))}`,
      ...pairs,
    ];
    return `${[text.join(" "), ...stacks].join("\n")}\n`;
  };
}

function asWord(value: unknown): string {
  return typeof value === "string" && /^[\w./:@+-]+$/.test(value)
    ? value
    : visible(JSON.stringify(value) ?? "undefined");
}

function stackOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  const { stack, cause, hint } = error as { stack?: string; cause?: unknown; hint?: string };
  // What was thrown need not be an error.
  const shown = stack ?? JSON.stringify(error);
  const text = hint === undefined ? shown : `${shown}\nhint: ${hint}`;
  const own = visible(text).replaceAll(/^/gm, "    ");
  const inner = stackOf(cause);
  return inner === "" ? own : `${own}\n    caused by:\n${inner}`;
}

function oneLine(text: string): string {
  return visible(text.replaceAll("\n", "\\n"));
}

function visible(text: string): string {
  return text.replaceAll(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
