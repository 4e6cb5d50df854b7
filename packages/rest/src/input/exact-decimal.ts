import { type ExactNumber, toExactNumber } from "@shaperail/http";

// Where doubles end. PostgreSQL's numeric would go on to 131,072 digits, and print every one of them for eight characters of input.
const MAX_EXPONENT = 309;
// As many as the body reader takes in one number.
const MAX_DECIMALS = 1_000;

/** Whether the number can be written without its exponent in a bounded number of digits. */
export function isOfBoundedLength(value: ExactNumber): boolean {
  return Number.isFinite(Number(value)) && decimals(value) <= MAX_DECIMALS;
}

/** The whole number, or undefined when there are digits behind the point. One that is beyond 64 bits may come out shorter. */
export function toWholeNumber({ digits, exponent, isNegative }: ExactNumber): bigint | undefined {
  if (digits.length > exponent) return undefined;
  const magnitude = BigInt(digits.padEnd(Math.min(exponent, MAX_EXPONENT), "0"));
  return isNegative ? -magnitude : magnitude;
}

/** Negative when the value is below the bound, positive when above, 0 when they are the same number. */
export function compareExact(value: ExactNumber, bound: number): number {
  const other = toExactNumber(String(bound));
  const sign = signOf(value);
  if (sign !== signOf(other)) return sign - signOf(other);
  return sign * compareMagnitude(value, other);
}

function signOf({ digits, isNegative }: ExactNumber): number {
  if (digits === "") return 0;
  return isNegative ? -1 : 1;
}

function compareMagnitude(left: ExactNumber, right: ExactNumber): number {
  if (left.exponent !== right.exponent) return left.exponent - right.exponent;
  // Both begin with a digit that is not zero, so digits compare as words do.
  if (left.digits === right.digits) return 0;
  return left.digits < right.digits ? -1 : 1;
}

function decimals({ digits, exponent }: ExactNumber): number {
  return Math.max(0, digits.length - exponent);
}
