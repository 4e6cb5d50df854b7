/**
 * @typedef {object} Outcome
 * @property {number} passed
 * @property {number} failed
 * @property {string} [note]  What is wrong, when the exit code does not say it.
 */

/**
 * Counts a check: one passed or one failed.
 *
 * @param {boolean} ok
 * @returns {Outcome}
 */
export function countCheck(ok) {
  return ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/**
 * Counts a vitest run from its JSON report. No report, no test executed, a skipped test, a test file that did not
 * load and an error outside of any test are failures too, each of which an exit code or a count alone could hide.
 *
 * @param {boolean} ok  Whether vitest ended with exit code 0.
 * @param {string | undefined} report
 * @returns {Outcome}
 */
export function countTests(ok, report) {
  if (report === undefined) return { passed: 0, failed: 1, note: "no test report was written" };
  const {
    numPassedTests,
    numFailedTests,
    numPendingTests = 0,
    numTodoTests = 0,
    testResults = [],
  } = JSON.parse(report);
  /** @type {(file: { status: string, assertionResults: unknown[] }) => boolean} */
  const didNotLoad = (file) => file.status === "failed" && file.assertionResults.length === 0;
  const brokenFiles = testResults.filter(didNotLoad).length;
  const skipped = numPendingTests + numTodoTests;
  const failed = numFailedTests + brokenFiles + skipped;
  if (numPassedTests + failed === 0) return { passed: 0, failed: 1, note: "no test was executed" };
  if (!ok && failed === 0) return { passed: numPassedTests, failed: 1, note: "an error outside of any test" };
  const notes = [
    ...(brokenFiles > 0 ? [`${brokenFiles} file(s) did not load`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ];
  return { passed: numPassedTests, failed, ...(notes.length > 0 ? { note: notes.join(", ") } : {}) };
}

/**
 * The closing table and, as its last line, `N passed, N failed`.
 *
 * @param {readonly { name: string, seconds: number, outcome: Outcome }[]} results
 */
export function summary(results) {
  const width = Math.max(...results.map(({ name }) => name.length), 0);
  const rows = results.map(({ name, seconds, outcome: { passed, failed, note } }) => {
    const counts = `${String(passed).padStart(5)} passed ${String(failed).padStart(3)} failed`;
    const end = note === undefined ? "" : `  (${note})`;
    return `${failed > 0 ? "✗" : "✓"} ${name.padEnd(width)} ${counts} ${seconds.toFixed(1).padStart(6)} s${end}`;
  });
  const total = { passed: 0, failed: 0 };
  for (const { outcome } of results) {
    total.passed += outcome.passed;
    total.failed += outcome.failed;
  }
  if (total.passed + total.failed === 0) total.failed = 1;
  return { text: [...rows, "", `${total.passed} passed, ${total.failed} failed`].join("\n"), ok: total.failed === 0 };
}
