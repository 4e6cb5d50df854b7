// In V8 since 11.4; TypeScript's library does not know it yet.
const { rawJSON, isRawJSON } = JSON as unknown as {
  rawJSON(text: string): { readonly rawJSON: string };
  isRawJSON(value: unknown): boolean;
};

/** A number that is written as these characters. */
export function rawNumber(text: string): unknown {
  return rawJSON(text);
}

/** True for what {@link rawNumber} makes. */
export function isRawNumber(value: unknown): boolean {
  return isRawJSON(value);
}

/** JSON text with every digit of a `bigint`. */
export function writeJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === "bigint" ? rawJSON(String(item)) : item));
}

/** The value of JSON text; whole numbers that a double cannot hold become a `bigint`. */
export function readJson(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) => {
    if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
    const { source = "" } = context ?? {};
    return /^-?\d+$/.test(source) ? BigInt(source) : value;
  });
}

const FIRST_BEYOND = 2n ** 63n;
// The largest double below 2^63.
const LARGEST_INT64 = 9_223_372_036_854_774_784;

/**
 * The value with doubles for every `bigint`, as a schema validator wants it. Rounding keeps each on its side of the
 * borders of 64 bits, and finite.
 */
export function toDoubles(value: unknown): unknown {
  if (typeof value === "bigint") return toDouble(value);
  if (typeof value === "number") return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value));
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(toDoubles);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toDoubles(member)]));
}

function toDouble(value: bigint): number {
  if (value >= FIRST_BEYOND) return Math.min(Number.MAX_VALUE, Number(value));
  if (value < -FIRST_BEYOND) return Math.max(-Number.MAX_VALUE, Math.min(Number(value), -2 * LARGEST_INT64));
  return Math.min(LARGEST_INT64, Number(value));
}
