import { expect, test } from "vitest";
import { JobsError } from "./errors.ts";
import { deadLetter, pauseOf, tryAgain } from "./settle.ts";

const redact = (text: string): string => text.replaceAll("hunter2", "***");
const secret = new Error("password hunter2 is wrong");

test.each([
  { what: "a dead letter", stored: deadLetter(secret, redact) },
  { what: "a failure that is tried again", stored: tryAgain(secret, { pauseMs: 5, redact }) },
])("what is stored of $what is redacted, its stack too", ({ stored }) => {
  expect(stored.message).toBe("password *** is wrong");
  expect(stored.stack).toContain("settle.test.ts");
  expect(`${stored.stack} ${JSON.stringify(stored)}`).not.toContain("hunter2");
  expect(stored.cause).toBeUndefined();
});

test("an error with a code is stored with it", () => {
  expect(deadLetter(new JobsError("late", { code: "JOBS_TIMEOUT" }), redact).message).toBe("JOBS_TIMEOUT: late");
});

test("the pause is the one that was asked for, and a second for errors of BullMQ itself", () => {
  expect(pauseOf(tryAgain(secret, { pauseMs: 1_234, redact }))).toBe(1_234);
  expect([pauseOf(secret), pauseOf(undefined)]).toEqual([1_000, 1_000]);
});
