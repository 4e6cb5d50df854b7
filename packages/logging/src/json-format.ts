import { LEVEL_NAME, type LogEntry } from "./log-entry.ts";
import { logText } from "./log-text.ts";
import { logValue } from "./log-value.ts";
import { noRedaction, REDACTED, type Redaction } from "./redaction.ts";

/** The names a line always has; a field of that name gets a `_` behind it, so that no line has a name twice. */
const RESERVED: ReadonlySet<string> = new Set(["timestamp", "level", "target", "message"]);

const HIDDEN = JSON.stringify(REDACTED);
const MOST_NAMES = 1_000;
// Beyond this collectors cut a line, and half a line is no JSON.
const LONGEST_LINE = 262_144;

/** Writes entries as JSON, one object per line: `timestamp`, `level`, `request_id`, `target`, `message`, then the fields. */
export function createJsonFormat(redaction: Redaction = noRedaction): (entry: LogEntry) => string {
  // Many lines share a millisecond, and rendering it costs more than the rest of a short line.
  let renderedTime = Number.NaN;
  let timestamp = "";
  const quotedNames = new Map<string, string>();

  // Targets and field names are few and return on every line. Were they many, remembering them would be a leak.
  const quoted = (name: string): string => {
    const known = quotedNames.get(name);
    if (known !== undefined) return known;
    const text = JSON.stringify(name);
    if (quotedNames.size < MOST_NAMES) quotedNames.set(name, text);
    return text;
  };

  const format = ({ time, level, target, message, fields }: LogEntry): string => {
    if (time !== renderedTime) {
      renderedTime = time;
      timestamp = new Date(time).toISOString();
    }
    const { request_id: requestId } = fields;
    let line = `{"timestamp":"${timestamp}","level":"${LEVEL_NAME[level]}"`;
    if (requestId !== undefined) line += `,"request_id":${valueAsJson(requestId, redaction)}`;
    line += `,"target":${quoted(target)},"message":${JSON.stringify(logText(message))}`;
    for (const name of Object.keys(fields)) {
      if (name === "request_id") continue;
      const value = redaction.hidesField(name) ? HIDDEN : valueAsJson(fields[name], redaction);
      if (value !== undefined) line += `,${quoted(RESERVED.has(name) ? `${name}_` : name)}:${value}`;
    }
    return line.length > LONGEST_LINE ? shortened({ time, level, target, message, fields }) : `${line}}\n`;
  };
  const shortened = ({ fields, ...entry }: LogEntry): string =>
    format({ ...entry, fields: { request_id: fields["request_id"], fields: "[dropped: too long]" } });
  return format;
}

function valueAsJson(value: unknown, redaction: Redaction): string | undefined {
  switch (typeof value) {
    case "string":
      return JSON.stringify(logText(value));
    case "number":
      return Number.isFinite(value) ? String(value) : `"${value}"`;
    case "boolean":
      return value ? "true" : "false";
    default:
      return JSON.stringify(logValue(value, redaction));
  }
}
