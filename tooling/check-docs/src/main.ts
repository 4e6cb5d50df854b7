import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkCommand, type KnownCommands } from "./check-commands.ts";
import { checkSnippets, type Page } from "./check-snippets.ts";
import { collectCodes, renderErrorsPage } from "./errors-page.ts";
import { readCommands, readLinks } from "./markdown.ts";

// Writes docs/errors.md and checks snippets, commands and links; with `--check` a stale errors.md is a problem too.
const root = fileURLToPath(new URL("../../..", import.meta.url));
const problems = [...(await errorsPage()), ...(await checkPages())];
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log("The documentation matches the sources.");

async function errorsPage(): Promise<string[]> {
  const file = join(root, "docs", "errors.md");
  const page = renderErrorsPage(await collectCodes(root));
  if (existsSync(file) && readFileSync(file, "utf8") === page) return [];
  if (process.argv.includes("--check")) return ["docs/errors.md is not what the sources say: run `npm run docs`."];
  writeFileSync(file, page);
  return [];
}

async function checkPages(): Promise<string[]> {
  const patterns = ["*.md", "packages/*/README.md", "apps/*/README.md", "bench/README.md", "docs/**/*.md"];
  const pages: Page[] = globSync(patterns, { cwd: root })
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
  const known = knownCommands();
  const commandsAndLinks = pages.flatMap(({ path, text }) => [
    ...readCommands(text).flatMap((line) => {
      const problem = checkCommand(line, {
        ...known,
        scripts: new Set([...known.scripts, ...scriptsOf(dirname(path))]),
      });
      return problem === undefined ? [] : [`${path}: \`${line}\`: ${problem}.`];
    }),
    ...readLinks(text)
      .filter((target) => !existsSync(join(root, dirname(path), target)))
      .map((target) => `${path} links to ${target}, which does not exist.`),
  ]);
  return [...commandsAndLinks, ...(await checkSnippets(root, pages))];
}

function knownCommands(): KnownCommands {
  const manifests = globSync(["packages/*/package.json", "apps/*/package.json"], { cwd: root });
  const names = manifests.map((path) => (JSON.parse(readFileSync(join(root, path), "utf8")) as { name: string }).name);
  const help = execFileSync(join(root, "node_modules", ".bin", "shaperail"), ["--help"], {
    encoding: "utf8",
    timeout: 20_000,
  });
  return { root, scripts: scriptsOf("."), packages: new Set(names), help };
}

/** The scripts that the page's own package adds to those of the repository. */
function scriptsOf(folder: string): ReadonlySet<string> {
  const file = join(root, folder, "package.json");
  if (!existsSync(file)) return new Set();
  const { scripts = {} } = JSON.parse(readFileSync(file, "utf8")) as { scripts?: Record<string, string> };
  return new Set(Object.keys(scripts));
}
