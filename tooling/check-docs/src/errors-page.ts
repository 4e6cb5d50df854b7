import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type ErrorUnion, readErrorUnions } from "./error-codes.ts";
import { loadRules, type Rule } from "./rule-catalogues.ts";

/** What one package can report. */
export interface PackageCodes {
  readonly name: string;
  readonly unions: readonly ErrorUnion[];
  readonly rules: readonly Rule[];
}

const INTRODUCTION = `# Errors and diagnostics

Generated from the sources by \`npm run docs\`; edit the doc comments there, not this page.

An error carries a \`code\` to branch on, a \`message\` that says what happened and a \`hint\` that says what to do.
A diagnostic is a mistake in a file: it carries a code, a place, a code frame and a fix.
Codes are public API: a code never changes its meaning and is never used again.`;

/** Files of a package that list codes: those of the package, of its subpaths, and what a linter finds. */
const WITH_CODES = ["errors.ts", "*/errors.ts", "*/finding.ts"];

/** Collects the codes of every package and app below `root`. */
export async function collectCodes(root: string): Promise<PackageCodes[]> {
  const folders = globSync(["packages/*", "apps/*"], { cwd: root }).toSorted(packagesFirst);
  return Promise.all(
    folders.map(async (folder) => {
      const index = join(root, folder, "src", "index.ts");
      const unions = globSync(
        WITH_CODES.map((pattern) => `${folder}/src/${pattern}`),
        { cwd: root },
      )
        .toSorted(shortestFirst)
        .flatMap((path) => readErrorUnions(path, readFileSync(join(root, path), "utf8")));
      const hasRules = existsSync(index) && /\b[A-Z]+_RULES\b/.test(readFileSync(index, "utf8"));
      return {
        name: folder.replace(/^(packages|apps)\//, "@shaperail/"),
        unions,
        rules: hasRules ? await loadRules(index) : [],
      };
    }),
  );
}

/** The package's own codes before those of its subpaths. */
function shortestFirst(a: string, b: string): number {
  return a.split("/").length - b.split("/").length || (a < b ? -1 : 1);
}

function packagesFirst(a: string, b: string): number {
  const [inPackagesA, inPackagesB] = [a, b].map((folder) => folder.startsWith("packages/"));
  if (inPackagesA !== inPackagesB) return inPackagesA ? -1 : 1;
  return a < b ? -1 : 1;
}

/** The page docs/errors.md. */
export function renderErrorsPage(packages: readonly PackageCodes[]): string {
  const sections = packages
    .filter(({ unions, rules }) => unions.length + rules.length > 0)
    .map(({ name, unions, rules }) => [`## ${name}`, ...unions.map(renderUnion), ...renderRules(rules)].join("\n\n"));
  return `${[INTRODUCTION, ...sections].join("\n\n")}\n`;
}

function renderUnion({ name, codes }: ErrorUnion): string {
  const rows = codes.map(({ code, meaning }) => `| \`${code}\` | ${toCell(meaning)} |`);
  return [`| \`${name}\` | meaning |`, "|---|---|", ...rows].join("\n");
}

function renderRules(rules: readonly Rule[]): string[] {
  if (rules.length === 0) return [];
  const rows = rules.map(({ code, title, fix, severity }) => {
    const name = severity === "error" ? `\`${code}\`` : `\`${code}\` (${severity})`;
    return `| ${name} | ${toCell(title)} | ${toCell(fix)} |`;
  });
  return [["| diagnostic | meaning | fix |", "|---|---|---|", ...rows].join("\n")];
}

function toCell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ");
}
