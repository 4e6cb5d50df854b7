import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { readFences } from "./markdown.ts";

const execute = promisify(execFile);
// Beside the sources of the package, so that a snippet resolves imports as a file of the package would.
const FOLDER = ".check-docs";
// Pages of the repository itself may use what the package that depends on all others may use.
const REPOSITORY_PAGES = "packages/runtime";
const RUN_TIMEOUT_MS = 30_000;

/** A Markdown file and its text. */
export interface Page {
  /** Relative to the repository. */
  readonly path: string;
  readonly text: string;
}

interface Snippet {
  readonly place: string;
  readonly file: string;
  readonly code: string;
  readonly isRun: boolean;
}

/** Type-checks every `ts` fence of the pages and runs those marked `ts run`; returns what is wrong. */
export async function checkSnippets(root: string, pages: readonly Page[]): Promise<string[]> {
  const snippets = pages.flatMap((page) => toSnippets(root, page));
  if (snippets.length === 0) return [];
  const project = join(root, FOLDER);
  const folders = new Set([project, ...snippets.map(({ file }) => dirname(file))]);
  try {
    for (const folder of folders) await mkdir(folder, { recursive: true });
    for (const { file, code } of snippets) await writeFile(file, `${code}export {};\n`);
    const problems = await typecheck(project, snippets);
    for (const snippet of snippets.filter(({ isRun }) => isRun)) problems.push(...(await run(root, snippet)));
    return problems;
  } finally {
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  }
}

function toSnippets(root: string, { path, text }: Page): Snippet[] {
  const folder = dirname(path);
  const home = folder === "." || folder.startsWith("docs") ? REPOSITORY_PAGES : folder;
  return readFences(text)
    .filter(({ language }) => language === "ts")
    .map(({ code, line, flags }) => ({
      place: `${path}:${line}`,
      file: join(root, home, FOLDER, `${basename(path, ".md")}-${line}.ts`),
      code,
      isRun: flags.includes("run"),
    }));
}

async function typecheck(project: string, snippets: readonly Snippet[]): Promise<string[]> {
  const compilerOptions = {
    noUnusedLocals: false,
    declaration: false,
    declarationMap: false,
    isolatedDeclarations: false,
  };
  const config = { extends: "../tsconfig.base.json", compilerOptions, files: snippets.map(({ file }) => file) };
  await writeFile(join(project, "tsconfig.json"), JSON.stringify(config));
  const failure = await outputOfFailure(execute("tsc", ["-p", project, "--pretty", "false"], { timeout: 120_000 }));
  if (failure === undefined) return [];
  return snippets.reduce((text, { file, place }) => text.replaceAll(relativeName(file), place), failure).split("\n");
}

/** `tsc` prints paths relative to where it runs; the part from the package on is enough to find them. */
function relativeName(file: string): string {
  const [, packageFolder = "", name = ""] = /([^/]+\/[^/]+)\/\.check-docs\/(.+)$/.exec(file) ?? [];
  return `${packageFolder}/${FOLDER}/${name}`;
}

async function run(root: string, { file, place }: Snippet): Promise<string[]> {
  const running = execute(process.execPath, ["--conditions=@shaperail/source", file], {
    cwd: root,
    timeout: RUN_TIMEOUT_MS,
  });
  const failure = await outputOfFailure(running);
  return failure === undefined ? [] : [`${place} does not run: ${failure}`];
}

async function outputOfFailure(running: Promise<unknown>): Promise<string | undefined> {
  try {
    await running;
    return undefined;
  } catch (error) {
    const { stdout = "", stderr = "", message } = error as Error & { stdout?: string; stderr?: string };
    return `${stdout}${stderr}`.trim() || message;
  }
}
