import { expect, test } from "vitest";
import { rawNumber, readJson, toDoubles, writeJson } from "./exact-json.ts";

test("digits survive writing and reading", () => {
  const text = '{"a":[9007199254740993,5.0,-9223372036854775808]}';
  expect(writeJson({ a: [9007199254740993n, rawNumber("5.0"), -(2n ** 63n)] })).toBe(text);
  expect(readJson(text)).toEqual({ a: [9007199254740993n, 5, -(2n ** 63n)] });
});

test.each([
  { value: 2n ** 63n - 1n, fits: true },
  { value: 2n ** 63n, fits: false },
  { value: -(2n ** 63n), fits: true },
  { value: -(2n ** 63n) - 1n, fits: false },
  { value: 10n ** 400n, fits: false },
])("as a double, $value stays on its side of 64 bits: $fits", ({ value, fits }) => {
  const double = toDoubles(value) as number;
  expect(Number.isFinite(double) && double >= -(2 ** 63) && double < 2 ** 63).toBe(fits);
});
