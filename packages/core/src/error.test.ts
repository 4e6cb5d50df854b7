import { expect, test } from "vitest";
import { isShaperailError, ShaperailError, toError } from "./error.ts";

test("an error carries code, message, hint, details and cause", () => {
  const cause = new Error("socket closed");
  const error = new ShaperailError("The database did not answer.", {
    code: "DB_UNAVAILABLE",
    hint: "Start PostgreSQL.",
    details: { host: "db" },
    cause,
  });
  expect(error).toMatchObject({ code: "DB_UNAVAILABLE", hint: "Start PostgreSQL.", details: { host: "db" }, cause });
});

test.each([
  { what: "ours", error: new ShaperailError("x", { code: "A_B" }), expected: true },
  { what: "another library's with a code", error: Object.assign(new Error("x"), { code: "23505" }), expected: false },
  { what: "a string", error: "x", expected: false },
])("$what is recognised: $expected", ({ error, expected }) => {
  expect(isShaperailError(error)).toBe(expected);
});

test("toError keeps an error and wraps anything else as the cause", () => {
  const error = new Error("x");
  expect(toError(error)).toBe(error);
  expect(toError("thrown string").cause).toBe("thrown string");
});
