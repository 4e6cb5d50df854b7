import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { parse } from "node:path";
import type { Finding, LintCode } from "./finding.ts";
import type { Script } from "./parse-script.ts";

export interface SquawkOptions {
  /** Longest wait for the program, in milliseconds. @default 10_000 */
  readonly timeoutMs?: number;
  /** Path of the program. @default the one that squawk-cli brings for this platform */
  readonly program?: string;
}

/**
 * What of squawk's is reported, and as what. The rest it finds is the subject of a rule here, which decides with more
 * knowledge (new tables, old types, proven columns) and so has the last word, or a matter of taste.
 */
const RULES: Readonly<
  Record<string, { readonly code: LintCode; readonly severity: "error" | "warning"; readonly fix: string }>
> = {
  "ban-char-field": { code: "MC101", severity: "warning", fix: "Use text, or varchar(n)." },
  "ban-alter-domain-with-add-constraint": {
    code: "MC102",
    severity: "error",
    // Added as NOT VALID it still has to be validated, during which nobody writes the tables that have such a column.
    fix: "Put the rule on the columns: a CHECK of the table that is added as NOT VALID, then validated.",
  },
  "ban-create-domain-with-constraint": {
    code: "MC103",
    severity: "warning",
    fix: "Put the rule on the column, as a CHECK.",
  },
  "ban-drop-database": { code: "MC104", severity: "error", fix: "Drop databases by hand, not by a migration." },
  "identifier-too-long": { code: "MC106", severity: "error", fix: "Use no more than 63 bytes." },
  "ban-duplicate-column-assignments": { code: "MC107", severity: "error", fix: "Set each column once." },
};

interface SquawkFinding {
  readonly line: number;
  readonly column: number;
  readonly line_end: number;
  readonly column_end: number;
  readonly message: string;
  readonly rule_name: string;
}

/** Runs squawk, a program of its own, over the file. One that is missing or hangs is a warning, not a failure. */
export async function runSquawk(
  { sql, isTransactional }: Script,
  { timeoutMs = 10_000, program = installedSquawk() }: SquawkOptions = {},
): Promise<Finding[]> {
  try {
    const output = await spawnSquawk(sql, { isTransactional, timeoutMs, program });
    const starts = lineStarts(sql);
    return readFindings(output).flatMap(({ line, column, line_end, column_end, message, rule_name }): Finding[] => {
      const rule = RULES[rule_name];
      if (rule === undefined) return [];
      const start = (starts[line] ?? 0) + column;
      return [
        { ...rule, message: sentence(message), start, end: Math.max(start, (starts[line_end] ?? 0) + column_end) },
      ];
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [
      {
        code: "MC007",
        severity: "warning",
        message: `squawk, the second linter, could not run: ${sentence(why)}`,
        fix: "Install with optional dependencies; it exists for Linux, macOS and Windows on x64 and arm64.",
        start: 0,
        end: 0,
      },
    ];
  }
}

interface SpawnSquawkOptions {
  readonly isTransactional: boolean;
  readonly timeoutMs: number;
  readonly program: string | undefined;
}

/** Undefined on a platform it is not made for, or when optional dependencies were left out, as an image may to be small. */
function installedSquawk(): string | undefined {
  try {
    const require = createRequire(import.meta.url);
    const { getBinaryPath } = require("squawk-cli/js/index.js") as { getBinaryPath(): string };
    return getBinaryPath();
  } catch {
    return undefined;
  }
}

function spawnSquawk(sql: string, { isTransactional, timeoutMs, program }: SpawnSquawkOptions): Promise<string> {
  if (program === undefined) return Promise.reject(new Error("it is not installed for this platform"));
  const mode = isTransactional ? ["--assume-in-transaction"] : [];
  return new Promise((resolve, reject) => {
    // From the root and without an environment: a `.squawk.toml` on the way would change the verdict.
    const child = spawn(program, ["--reporter", "json", "--stdin-filepath", "migration.sql", ...mode], {
      cwd: parse(process.execPath).root,
      env: {},
      stdio: ["pipe", "pipe", "ignore"],
      timeout: timeoutMs,
      killSignal: "SIGKILL",
    });
    const output: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    child.on("error", reject);
    // It may have ended before it read everything; what it wrote says why.
    child.stdin.on("error", () => undefined);
    child.on("close", (code, signal) => {
      const text = Buffer.concat(output).toString();
      // 1 says that it found something.
      if (signal === null && (code === 0 || (code === 1 && text !== ""))) resolve(text);
      else reject(new Error(signal === null ? `it ended with ${code}` : `it took longer than ${timeoutMs} ms`));
    });
    child.stdin.end(sql);
  });
}

function readFindings(output: string): SquawkFinding[] {
  const found: unknown = JSON.parse(output.trim() === "" ? "[]" : output);
  return Array.isArray(found) ? found.filter(isFinding) : [];
}

function isFinding(value: unknown): value is SquawkFinding {
  if (typeof value !== "object" || value === null) return false;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const numbers = ["line", "column", "line_end", "column_end"].every((name) => typeof fields[name] === "number");
  return numbers && typeof fields["message"] === "string" && typeof fields["rule_name"] === "string";
}

/** squawk counts lines from 0. */
function lineStarts(sql: string): number[] {
  return [0, ...[...sql.matchAll(/\n/g)].map(({ index }) => index + 1)];
}

function sentence(text: string): string {
  const line = text.split("\n")[0]?.trim() ?? "";
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
