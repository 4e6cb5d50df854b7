import { ShaperailError } from "@shaperail/core";
import { describe, expect, test } from "vitest";
import { CliError } from "./errors.ts";
import { maskCredentials } from "./mask-credentials.ts";
import { reportError } from "./report-error.ts";

async function report(
  error: unknown,
  { debug = false, color = false } = {},
): Promise<{ text: string; exitCode: number }> {
  let text = "";
  const exitCode = await reportError(error, { write: (part) => void (text += part), color }, { debug });
  return { text, exitCode };
}

test("an error is its code, its sentence and its hint", async () => {
  const error = new ShaperailError("It broke.", { code: "X_BROKE", hint: "Mend it." });
  expect(await report(error)).toEqual({ text: "error X_BROKE It broke.\n  hint: Mend it.\n", exitCode: 1 });
});

test("--debug adds the stacks of the error and of its causes", async () => {
  const cause = new Error("The reason.");
  const { text } = await report(new ShaperailError("It broke.", { code: "X_BROKE", cause }), { debug: true });
  expect(text).toContain("at ");
  expect(text).toMatch(/caused by:\nError: The reason\./);
});

test("an error that was not made for people says how to learn more", async () => {
  const { text, exitCode } = await report(new TypeError("x is not a function"));
  expect(exitCode).toBe(1);
  expect(text).toContain("error CLI_UNEXPECTED x is not a function");
  expect(text).toContain("--debug");
});

test("colour appears only where it is wanted", async () => {
  const error = new ShaperailError("It broke.", { code: "X_BROKE" });
  expect((await report(error, { color: true })).text).toContain("\u001b[");
  expect((await report(error)).text).not.toContain("\u001b");
});

describe("the exit code follows from the code", () => {
  test.each([
    { code: "DB_UNAVAILABLE", exitCode: 4 },
    { code: "DB_URL_INVALID", exitCode: 2 },
    { code: "CONFIG_NOT_FOUND", exitCode: 2 },
    { code: "PROJECT_INVALID", exitCode: 2 },
    { code: "HTTP_PORT_IN_USE", exitCode: 1 },
    { code: "MIGRATE_FILE_EDITED", exitCode: 1 },
  ])("$code ends with $exitCode", async ({ code, exitCode }) => {
    expect((await report(new ShaperailError("…", { code }))).exitCode).toBe(exitCode);
  });

  test("or from the error itself", async () => {
    const error = new CliError("…", { code: "CLI_USAGE", exitCode: 130 });
    expect((await report(error)).exitCode).toBe(130);
  });
});

describe("credentials in a URL are never printed", () => {
  test.each([
    ["postgresql://user:canary@host:5432/app", "postgresql://***@host:5432/app"],
    ["at redis://:canary@host, then", "at redis://***@host, then"],
    ["https://host/path?mail=a@b", "https://host/path?mail=a@b"],
  ])("%s", (text, masked) => {
    expect(maskCredentials(text)).toBe(masked);
  });
});
