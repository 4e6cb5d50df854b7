import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type TemporaryDirectory, temporaryDirectory } from "@shaperail/test-services";
import { expect } from "vitest";
import type { CommandContext } from "./command.ts";
import { runCommandLine } from "./program.ts";

/** A directory that also the user PostgreSQL runs as can enter, with these files. */
export async function projectDirectory(files: Readonly<Record<string, string>>): Promise<TemporaryDirectory> {
  const directory = await temporaryDirectory("cli");
  await chmod(directory.path, 0o755);
  await writeFiles(directory.path, files);
  return directory;
}

export async function writeFiles(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, contents] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), contents);
  }
}

export const CONFIG = `project: demo
port: \${SHAPERAIL_PORT:3000}
databases:
  default:
    engine: postgres
    url: \${DATABASE_URL}
`;

export const POSTS = `resource: posts
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
  title: { type: string, required: true, min: 1, max: 200 }
  views: { type: integer, default: 0 }
endpoints:
  list: { auth: public }
  get: { auth: public }
  create: { auth: public }
  update: { auth: public }
  delete: { auth: public }
`;

/** A project that is valid and open to everybody. */
export const PROJECT: Readonly<Record<string, string>> = {
  "shaperail.config.yaml": CONFIG,
  "resources/posts.yaml": POSTS,
};

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in this process. */
export async function run(words: readonly string[], context: Partial<CommandContext> = {}): Promise<Ran> {
  const written = { stdout: "", stderr: "" };
  const exitCode = await runCommandLine(words, {
    env: {},
    directory: ".",
    stdout: { write: (text) => void (written.stdout += text), color: false },
    stderr: { write: (text) => void (written.stderr += text), color: false },
    isInteractive: false,
    self: [process.execPath, ENTRY],
    onSignal: () => () => undefined,
    exit: () => undefined,
    parent: undefined,
    ...context,
  });
  return { exitCode, ...written };
}

const ENTRY = fileURLToPath(new URL("../bin/shaperail.js", import.meta.url));
/** What a person types, as the repository installs it. */
const EXECUTABLE = fileURLToPath(new URL("../bin/shaperail", import.meta.url));

export interface SpawnOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A running command. */
export interface Spawned {
  readonly child: ChildProcess;
  output(): Ran;
  /** Resolves when standard error contains the text. */
  says(text: string, timeoutMs?: number): Promise<void>;
  readonly ended: Promise<Ran>;
}

/** Starts the real command with nothing of this process's environment but its PATH. */
export function spawnCommand(words: readonly string[], { cwd, env = {} }: SpawnOptions): Spawned {
  const child = spawn(EXECUTABLE, words, {
    cwd,
    // oxlint-disable-next-line node/no-process-env -- the shell that starts Node must be found
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  const output = (): Ran => ({ exitCode: child.exitCode ?? -1, stdout, stderr });
  return {
    child,
    output,
    says: (text, timeoutMs = 30_000) => expect.poll(() => stderr, { timeout: timeoutMs, interval: 20 }).toContain(text),
    ended: once(child, "close").then(output),
  };
}
