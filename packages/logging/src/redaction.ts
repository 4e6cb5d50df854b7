/** What stands in a line instead of a sensitive value. */
export const REDACTED = "[REDACTED]";

/** Tells the names whose values must not be read in a log. */
export interface Redaction {
  /** At any depth: the name of a column, a key of a body. */
  hides(name: string): boolean;
  /** Directly on a line, where the names of the log itself keep their meaning. */
  hidesField(name: string): boolean;
}

/** What the lines of every request have; a column called `status` does not empty them. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  "request_id",
  "method",
  "path",
  "status",
  "duration_ms",
  "user",
  "trace_id",
  "span_id",
]);

/** Hides the values of these names, however they are written: `api_key` is also `apiKey` and `API_KEY`. */
export function createRedaction(names: Iterable<string>): Redaction {
  const hidden = new Set([...names].map(normal));
  // Names of fields and keys are few and come back; were they many, remembering them would be a leak.
  const known = new Map<string, boolean>();
  const hides = (name: string): boolean => {
    if (hidden.size === 0) return false;
    const remembered = known.get(name);
    if (remembered !== undefined) return remembered;
    const isHidden = hidden.has(normal(name));
    if (known.size < 1_000) known.set(name, isHidden);
    return isHidden;
  };
  return { hides, hidesField: (name) => !OWN_FIELDS.has(name) && hides(name) };
}

/** Hides nothing. */
export const noRedaction: Redaction = createRedaction([]);

function normal(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}]/gu, "").toLowerCase();
}
