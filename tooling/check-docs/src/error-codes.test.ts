import { expect, test } from "vitest";
import { readErrorUnions } from "./error-codes.ts";

test("every code of a union comes with the sentence above it", () => {
  const source = `
    export type DbErrorCode =
      /** The server cannot be reached. */
      | "DB_UNAVAILABLE"
      /**
       * A statement
       * took too long; run it again.
       */
      | "DB_TIMEOUT";
    export class DbError extends ShaperailError<DbErrorCode> {}`;
  expect(readErrorUnions("errors.ts", source)).toEqual([
    {
      name: "DbErrorCode",
      codes: [
        { code: "DB_UNAVAILABLE", meaning: "The server cannot be reached." },
        { code: "DB_TIMEOUT", meaning: "A statement took too long; run it again." },
      ],
    },
  ]);
});

test("a union may have one member, and a file several unions", () => {
  const source = `export type AErrorCode =
    /** First. */
    "A_FIRST";
  export type BErrorCode = /** Second. */ | "B_SECOND";`;
  expect(readErrorUnions("errors.ts", source).map(({ name, codes }) => [name, codes.length])).toEqual([
    ["AErrorCode", 1],
    ["BErrorCode", 1],
  ]);
});

test("what a linter finds is a union of codes as well", () => {
  const source = `export type LintCode =
  /** The file is no SQL. */
  | "MC001";`;
  const codes = [{ code: "MC001", meaning: "The file is no SQL." }];
  expect(readErrorUnions("finding.ts", source)).toEqual([{ name: "LintCode", codes }]);
});

test("a code without a sentence of its own is named", () => {
  const source = `export type AErrorCode = /** First. */ | "A_FIRST" | "A_SECOND";`;
  expect(() => readErrorUnions("a/errors.ts", source)).toThrow("a/errors.ts: A_SECOND has no doc comment");
});
