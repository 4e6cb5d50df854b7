/** What is stored for a job: the payload, and the trace it continues. */
export interface Envelope {
  readonly payload: unknown;
  readonly trace?: Readonly<Record<string, string>>;
}

export function toEnvelope(payload: unknown, trace: Readonly<Record<string, string>>): Envelope {
  return Object.keys(trace).length === 0 ? { payload } : { payload, trace };
}

/** Reads what was stored; undefined when it was not stored by {@link toEnvelope}. */
export function parseEnvelope(data: unknown): Envelope | undefined {
  if (typeof data !== "object" || data === null || !("payload" in data)) return undefined;
  const trace = "trace" in data ? toCarrier(data.trace) : {};
  return toEnvelope(data.payload, trace);
}

function toCarrier(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter(([, text]) => typeof text === "string"));
}
