import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { drawDiagram } from "./diagram.ts";
import { findProblems } from "./find-problems.ts";
import { readWorkspace } from "./workspace.ts";

// Fails when the workspace breaks the house plan; `--diagram` prints the plan with the packages that exist.
const root = fileURLToPath(new URL("../../..", import.meta.url));
const packages = readWorkspace(root);
const diagram = drawDiagram(new Set(packages.map(({ manifest }) => manifest.name)));

if (process.argv.includes("--diagram")) {
  console.log(diagram);
} else {
  const stale = ["README.md", "CONTRIBUTING.md"].filter(
    (page) => !readFileSync(join(root, page), "utf8").includes(diagram),
  );
  const problems = [
    ...findProblems(packages),
    ...stale.map((page) => `${page} shows another diagram than \`npm run graph -- --diagram\`.`),
  ];
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`${packages.length} packages, every import downward.`);
}
