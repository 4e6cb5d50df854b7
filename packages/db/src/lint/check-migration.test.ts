import { expect, test } from "vitest";
import { checkMigration } from "../lint.ts";
import { optionsFor, readFixtures } from "./fixtures.test-kit.ts";

const SAFE = readFixtures("safe");
const UNSAFE = readFixtures("unsafe");

test("every unsafe fixture has a safe twin", () => {
  expect(UNSAFE.map(({ name }) => name)).toEqual(SAFE.map(({ name }) => name));
  expect(UNSAFE.length).toBeGreaterThan(40);
});

test.each(UNSAFE)("$name: what is unsafe is found at its line", async (fixture) => {
  const found = await checkMigration(optionsFor(fixture));
  expect(found.map(({ code, span }) => `${code} ${span?.start.line}`)).toEqual(fixture.expected);
  for (const { message, fix } of found) expect(`${message} ${fix}`).toMatch(/^[^\n]+\.$/);
});

test.each(SAFE)("$name: nothing is found in what is safe", async (fixture) => {
  expect(await checkMigration(optionsFor(fixture))).toEqual([]);
});

test.each(UNSAFE)("$name: what is proposed instead passes the check", async (fixture) => {
  for (const { example, code } of await checkMigration(optionsFor(fixture))) {
    if (example === undefined || code === "MC003") continue;
    const left = await checkMigration({ ...optionsFor(fixture), sql: example });
    expect(left.filter(({ severity }) => severity === "error")).toEqual([]);
  }
});
