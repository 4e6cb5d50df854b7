import { logText } from "./log-text.ts";
import { noRedaction, REDACTED, type Redaction } from "./redaction.ts";

const DEEPEST = 8;
const MOST_ITEMS = 1_000;

/** Any value as JSON can write it, without what is to be hidden. Never throws, whatever a getter or a proxy does, and never runs in circles. */
export function logValue(value: unknown, redaction: Redaction = noRedaction): unknown {
  try {
    return plain(value, { parents: [], redaction });
  } catch {
    return "[unreadable]";
  }
}

interface Place {
  readonly parents: readonly object[];
  readonly redaction: Redaction;
}

function plain(value: unknown, place: Place): unknown {
  switch (typeof value) {
    case "string":
      return logText(value);
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "bigint":
      return value.toString();
    case "symbol":
      return value.toString();
    case "function":
      return `[function ${value.name}]`;
    case "object":
      return value === null ? null : plainObject(value, place);
    default:
      return value;
  }
}

function plainObject(value: object, place: Place): unknown {
  const { parents, redaction } = place;
  if (parents.includes(value)) return "[circular]";
  if (parents.length >= DEEPEST) return "[too deep]";
  const path = { redaction, parents: [...parents, value] };
  if (value instanceof Error) return plainError(value, path);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, MOST_ITEMS).map((item) => plain(item, path) ?? null);
  if (value instanceof Set) return plainObject([...value], place);
  const entries = value instanceof Map ? [...value].map(([key, item]) => [String(key), item]) : Object.entries(value);
  return Object.fromEntries(
    entries.slice(0, MOST_ITEMS).map(([key, item]) => [key, redaction.hides(key) ? REDACTED : plain(item, path)]),
  );
}

// Only what is known to be safe to show: drivers hang the statement, its parameters or the whole connection on errors.
function plainError(error: Error, path: Place): unknown {
  const ours = "hint" in error;
  return {
    code: "code" in error ? plain(error.code, path) : undefined,
    message: logText(error.message),
    hint: ours ? plain(error.hint, path) : undefined,
    details: ours && "details" in error ? plain(error.details, path) : undefined,
    stack: error.stack === undefined ? undefined : logText(error.stack),
    cause: error.cause === undefined ? undefined : plain(error.cause, path),
    errors: error instanceof AggregateError ? plain(error.errors, path) : undefined,
  };
}
