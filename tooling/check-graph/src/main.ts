import { fileURLToPath } from "node:url";
import { drawDiagram } from "./diagram.ts";
import { findProblems } from "./find-problems.ts";
import { readWorkspace } from "./workspace.ts";

// Fails when the workspace breaks the house plan; `--diagram` prints the plan with the packages that exist.
const root = fileURLToPath(new URL("../../..", import.meta.url));
const packages = readWorkspace(root);
if (process.argv.includes("--diagram")) {
  console.log(drawDiagram(new Set(packages.map(({ manifest }) => manifest.name))));
} else {
  const problems = findProblems(packages);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`${packages.length} packages, every import downward.`);
}
