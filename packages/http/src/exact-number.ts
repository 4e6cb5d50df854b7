/**
 * A JSON number that is neither a double nor a whole number: `0.1234567890123456789`, say. It counts as a number in arithmetic, where
 * it is as near as a double gets, and keeps every digit as text and in JSON.
 */
export interface ExactNumber {
  /** The number as it was written. */
  readonly text: string;
  readonly isNegative: boolean;
  /** Its significant digits, without zeros at either end; "" is zero. */
  readonly digits: string;
  /** Where the point stands: the value is `0.digits × 10^exponent`. */
  readonly exponent: number;
  /** The nearest double. */
  valueOf(): number;
  /** The number as it was written. */
  toString(): string;
  /** What `JSON.stringify` writes as it stands. */
  toJSON(): unknown;
}

// What all exact numbers share, and what tells them from objects that a client sent. Nothing in it is enumerable: to whoever walks over
// a body, an exact number is a value, not an object with keys.
const EXACT: object = Object.freeze(
  Object.create(Object.prototype, {
    valueOf: {
      value(this: ExactNumber): number {
        return Number(this.text);
      },
    },
    toString: {
      value(this: ExactNumber): string {
        return this.text;
      },
    },
    toJSON: {
      value(this: ExactNumber): unknown {
        return rawJson(this.text);
      },
    },
  }) as object,
);

/** Every digit of a number in JSON's notation. */
export function toExactNumber(text: string): ExactNumber {
  const { isNegative, digits, exponent } = read(text);
  return Object.freeze(
    Object.create(EXACT, {
      text: { value: text },
      isNegative: { value: isNegative },
      digits: { value: digits },
      exponent: { value: exponent },
    }) as ExactNumber,
  );
}

export function isExactNumber(value: unknown): value is ExactNumber {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === EXACT;
}

/** Whether the text, a number in JSON's notation, and the double that `JSON.parse` makes of it are the same number. */
export function isSameNumber(text: string, value: number): boolean {
  if (!Number.isFinite(value)) return false;
  const written = read(text);
  const kept = read(String(value));
  return written.digits === kept.digits && written.exponent === kept.exponent;
}

interface Digits {
  readonly isNegative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

function read(text: string): Digits {
  const isNegative = text.startsWith("-");
  const [mantissa = "", power = "0"] = text.slice(isNegative ? 1 : 0).split(/e/i);
  const [whole = "", fraction = ""] = mantissa.split(".");
  const all = whole + fraction;
  const significant = all.replace(/^0+/, "");
  const digits = withoutTrailingZeros(significant);
  const exponent = digits === "" ? 0 : whole.length - (all.length - significant.length) + Number(power);
  return { isNegative, digits, exponent };
}

// A regular expression for the end of a text is quadratic in the zeros in its middle.
function withoutTrailingZeros(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0x30) end -= 1;
  return text.slice(0, end);
}

// In V8 since 11.4; TypeScript's ES2023 library does not know it yet.
const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): unknown };
