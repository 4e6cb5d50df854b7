import { HttpError } from "./errors.ts";
import { isSameNumber, toExactNumber } from "./exact-number.ts";

/** Limits of {@link parseJson}. */
export interface JsonLimits {
  /**
   * Deepest nesting of arrays and objects.
   * @default 64
   */
  readonly maxDepth?: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const POINT = 0x2e;
const EXPONENT = 0x65;
const LOWER_CASE = 0x20;
// A double holds every number of so many digits, unless its exponent is extreme.
const LONGEST_SAFE_RUN = 15;
// Converting digits takes quadratic time: a million of them, one body's worth, would occupy the process for a quarter of
// a second, and as long again wherever the number is printed. PostgreSQL's bigint has 19.
const MAX_DIGITS = 1_000;
const SHORT_STRING = 16;

/**
 * Parses JSON from a stranger. Whole numbers beyond ±2^53 − 1 become `bigint`, other numbers that a double
 * does not hold become an {@link ExactNumber}; everything else is what `JSON.parse` makes.
 *
 * Refused with `BAD_REQUEST`: text that is not JSON, nesting deeper than the limit, an object with the same key twice
 * (parsers disagree on which one counts), a number with more than 1,000 digits. A key called `__proto__` is an ordinary own property of the result:
 * read it with `Object.hasOwn`, and never copy unknown keys with `object[key] = value`.
 */
export function parseJson(text: string, { maxDepth = 64 }: JsonLimits = {}): unknown {
  const shape = scan(text, maxDepth);
  if (shape.tooDeep) throw refused(`The JSON is nested deeper than ${maxDepth} levels.`);
  if (shape.tooManyDigits) throw refused(`A number in the JSON has more than ${MAX_DIGITS} digits.`);
  let value: unknown;
  try {
    value = shape.longNumber ? JSON.parse(text, exactNumber) : JSON.parse(text);
  } catch (error) {
    throw refused("The request body is not valid JSON.", error);
  }
  // JSON.parse keeps one of two equal keys, so fewer keys than colons means that one was dropped.
  if (shape.colons > 1 && countKeys(value) !== shape.colons) throw refused("An object in the JSON has a key twice.");
  return value;
}

function refused(message: string, cause?: unknown): HttpError {
  return new HttpError(message, { code: "BAD_REQUEST", cause });
}

interface Shape {
  readonly tooDeep: boolean;
  readonly tooManyDigits: boolean;
  readonly longNumber: boolean;
  readonly colons: number;
}

// One pass over the text, whether it is JSON or not: the parser decides that. Only what stands outside strings counts.
function scan(text: string, maxDepth: number): Shape {
  let depth = 0;
  let colons = 0;
  let digits = 0;
  let longNumber = false;
  let tooManyDigits = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= 0x30 && code <= 0x39) {
      digits += 1;
      if (digits > LONGEST_SAFE_RUN) longNumber = true;
      if (digits > MAX_DIGITS) tooManyDigits = true;
      continue;
    }
    // The digits on both sides of a point are one run.
    if (code === POINT) continue;
    if (digits > 0 && (code | LOWER_CASE) === EXPONENT) longNumber = true;
    digits = 0;
    if (code === QUOTE) {
      index = endOfString(text, index);
    } else if (code === 0x3a) {
      colons += 1;
    } else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > maxDepth) return { tooDeep: true, tooManyDigits, longNumber, colons };
    } else if (code === 0x7d || code === 0x5d) {
      depth -= 1;
    }
  }
  return { tooDeep: false, tooManyDigits, longNumber, colons };
}

// The index of the closing quote, or the end of the text when there is none. Most strings are short, and there a loop is
// fastest; over a long one indexOf is.
function endOfString(text: string, start: number): number {
  const near = Math.min(start + SHORT_STRING, text.length);
  for (let index = start + 1; index < near; index += 1) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) return index;
    if (code === BACKSLASH) return endOfEscaped(text, index);
  }
  const quote = text.indexOf('"', near);
  if (quote < 0) return text.length;
  return text.charCodeAt(quote - 1) === BACKSLASH ? endOfEscaped(text, near) : quote;
}

function endOfEscaped(text: string, start: number): number {
  for (let index = start; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) return index;
    if (code === BACKSLASH) index += 1;
  }
  return text.length;
}

function countKeys(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  if (Array.isArray(value)) return value.reduce((keys: number, item) => keys + countKeys(item), 0);
  let keys = 0;
  // What JSON.parse returns inherits nothing that is enumerable.
  for (const key in value) keys += 1 + countKeys((value as Readonly<Record<string, unknown>>)[key]);
  return keys;
}

const WHOLE_NUMBER = /^-?\d+$/;

function exactNumber(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== "number" || source === undefined) return value;
  if (WHOLE_NUMBER.test(source)) return Number.isSafeInteger(value) ? value : BigInt(source);
  return isSameNumber(source, value) ? value : toExactNumber(source);
}
