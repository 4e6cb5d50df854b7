import fc from "fast-check";
import { expect, test } from "vitest";
import { isExactNumber, isSameNumber, toExactNumber } from "./exact-number.ts";

test.each([
  { text: "0.1234567890123456789", isNegative: false, digits: "1234567890123456789", exponent: 0 },
  { text: "-0.00120", isNegative: true, digits: "12", exponent: -2 },
  { text: "12.50", isNegative: false, digits: "125", exponent: 2 },
  { text: "1E+3", isNegative: false, digits: "1", exponent: 4 },
  { text: "120e-5", isNegative: false, digits: "12", exponent: -2 },
  { text: "0.000e99", isNegative: false, digits: "", exponent: 0 },
])("$text is $digits with the point at $exponent", ({ text, ...parts }) => {
  expect(toExactNumber(text)).toMatchObject({ text, ...parts });
});

test("it counts as a number, and is written with every digit", () => {
  const exact = toExactNumber("2.50000000000000000001");
  expect(Number(exact)).toBe(2.5);
  expect(Number(exact) * 2).toBe(5);
  expect(`${exact.toString()}`).toBe("2.50000000000000000001");
  expect(JSON.stringify({ exact })).toBe('{"exact":2.50000000000000000001}');
});

test("it has no keys, cannot be changed, and nobody else's object is taken for one", () => {
  const exact = toExactNumber("1.5");
  for (const key in exact) expect.unreachable(key);
  expect(Object.isFrozen(exact)).toBe(true);
  expect(isExactNumber(exact)).toBe(true);
  for (const other of [
    1.5,
    null,
    "1.5",
    {},
    { text: "1.5", digits: "15", exponent: 1 },
    JSON.parse('{"__proto__":{}}'),
  ]) {
    expect(isExactNumber(other)).toBe(false);
  }
});

const double = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => value !== 0);

test("every double is the same number as its own text, and another than that text with one more digit", () => {
  fc.assert(
    fc.property(double, fc.integer({ min: 1, max: 9 }), (value, digit) => {
      const text = JSON.stringify(value);
      expect(isSameNumber(text, JSON.parse(text) as number)).toBe(true);
      const [mantissa = "", power] = text.split("e");
      const longer = `${mantissa.includes(".") ? mantissa : `${mantissa}.`}${"0".repeat(20)}${digit}`;
      const longerText = power === undefined ? longer : `${longer}e${power}`;
      expect(isSameNumber(longerText, JSON.parse(longerText) as number)).toBe(false);
    }),
  );
});

test("a number of a million zeros is read in time that grows with its length", () => {
  const text = `1${"0".repeat(1_000_000)}1.0${"0".repeat(1_000_000)}1`;
  expect(toExactNumber(text).exponent).toBe(1_000_002);
});
