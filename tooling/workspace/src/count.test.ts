import { expect, test } from "vitest";
import { countTests, summary } from "./count.mjs";

const passedFile = { status: "passed", assertionResults: [{}] };
const brokenFile = { status: "failed", assertionResults: [] };

test.each([
  { what: "passed tests", ok: true, report: { numPassedTests: 3, numFailedTests: 0 }, passed: 3, failed: 0 },
  { what: "failed tests", ok: false, report: { numPassedTests: 3, numFailedTests: 2 }, passed: 3, failed: 2 },
  {
    what: "a file that did not load, as a failure",
    ok: false,
    report: { numPassedTests: 3, numFailedTests: 0, testResults: [passedFile, brokenFile] },
    passed: 3,
    failed: 1,
  },
  {
    what: "a skipped test, as a failure",
    ok: true,
    report: { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1 },
    passed: 3,
    failed: 1,
  },
  {
    what: "no test at all, as a failure",
    ok: true,
    report: { numPassedTests: 0, numFailedTests: 0 },
    passed: 0,
    failed: 1,
  },
  {
    what: "an error outside of tests, as a failure",
    ok: false,
    report: { numPassedTests: 3, numFailedTests: 0 },
    passed: 3,
    failed: 1,
  },
])("a test run counts $what", ({ ok, report, passed, failed }) => {
  expect(countTests(ok, JSON.stringify(report))).toMatchObject({ passed, failed });
});

test("a test run without a report has failed", () => {
  expect(countTests(true, undefined)).toMatchObject({ passed: 0, failed: 1 });
});

test("the summary ends with the plain line that adds everything up", () => {
  const { text, ok } = summary([
    { name: "lint", seconds: 1, outcome: { passed: 1, failed: 0 } },
    { name: "unit", seconds: 2, outcome: { passed: 40, failed: 2, note: "1 skipped" } },
  ]);
  expect(text.split("\n").at(-1)).toBe("41 passed, 2 failed");
  expect(ok).toBe(false);
});

test("nothing run is a failure", () => {
  expect(summary([])).toEqual({ text: "\n0 passed, 1 failed", ok: false });
});
