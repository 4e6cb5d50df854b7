// `npm test`: installs what is missing, runs every check and every test, and ends with `N passed, N failed`.
// `--quick` leaves out what takes longer than a moment; step names as arguments run only those.
import { ensureInstalled, pinnedToolsEnvironment } from "./src/install.mjs";
import { runSteps } from "./src/run-steps.mjs";
import { selectSteps } from "./src/steps.mjs";

const steps = selectSteps(process.argv.slice(2));
if (ensureInstalled()) {
  process.exitCode = await runSteps({ steps, env: pinnedToolsEnvironment() });
} else {
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
}
