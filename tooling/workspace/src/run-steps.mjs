import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countCheck, countTests, summary } from "./count.mjs";
import { runCommand } from "./run-command.mjs";

/**
 * Runs the steps one after another, also after one that failed, and prints one line for each; a failing step's output
 * follows its line.
 *
 * @param {{ steps: readonly import("./steps.mjs").Step[], env: NodeJS.ProcessEnv }} options
 * @returns {Promise<number>} the exit code
 */
export async function runSteps({ steps, env }) {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop.abort());
  const results = [];
  for (const step of steps) {
    if (stop.signal.aborted) break;
    const startedAt = performance.now();
    const { ok, output, report } = await runStep(step, { env, signal: stop.signal });
    const outcome = step.tests ? countTests(ok, report) : countCheck(ok);
    const result = { name: step.name, seconds: (performance.now() - startedAt) / 1_000, outcome };
    results.push(result);
    const mark = outcome.failed > 0 ? "✗" : "✓";
    const counts = step.tests ? `, ${outcome.passed} passed, ${outcome.failed} failed` : "";
    console.log(`${mark} ${step.name} (${result.seconds.toFixed(1)} s${counts})`);
    if (outcome.failed > 0) console.log(output.trimEnd());
  }
  if (stop.signal.aborted) return 130;
  const { text, ok } = summary(results);
  console.log(`\n${text}`);
  return ok ? 0 : 1;
}

/**
 * @param {import("./steps.mjs").Step} step
 * @param {{ env: NodeJS.ProcessEnv, signal: AbortSignal }} options
 */
async function runStep(step, { env, signal }) {
  const directory = mkdtempSync(join(tmpdir(), "shaperail-step-"));
  const reportFile = join(directory, "report.json");
  const extra = step.tests ? ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`] : [];
  const deadline = performance.now() + step.timeoutSeconds * 1_000;
  let output = "";
  let ok = true;
  for (const words of step.commands) {
    const timeoutMs = Math.max(1, Math.round(deadline - performance.now()));
    const result = await runCommand({ words: [...words, ...extra], env, timeoutMs, signal });
    output += result.output;
    ok = result.ok;
    if (!ok) break;
  }
  const report = existsSync(reportFile) ? readFileSync(reportFile, "utf8") : undefined;
  rmSync(directory, { recursive: true, force: true });
  return { ok, output, report };
}
