import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { noopLogger } from "@shaperail/core";
import { createRuntime, loadProject, type Project } from "@shaperail/runtime";
import { createTestDatabase } from "@shaperail/test-services";

/** The application's directory. */
export const BLOG: string = fileURLToPath(new URL("..", import.meta.url));
const SHAPERAIL = fileURLToPath(new URL("../../cli/bin/shaperail.js", import.meta.url));

/** Signs tokens in these tests. */
export const JWT_SECRET = "9f2c7d41b8e05a6390d4c1e7f85b2a6d";

export interface RunOptions {
  /** The whole environment: a DATABASE_URL of the machine must not be used by accident. */
  readonly env?: Readonly<Record<string, string>>;
  /** @default the application's own directory */
  readonly directory?: string;
}

/** Runs the command to its end; rejects when it fails. */
export async function shaperail(
  args: readonly string[],
  { env = {}, directory = BLOG }: RunOptions = {},
): Promise<string> {
  const options = { cwd: directory, env: { ...env }, timeout: 60_000 };
  const { stdout } = await promisify(execFile)(process.execPath, [SHAPERAIL, ...args], options);
  return stdout;
}

/** A server in a process of its own. */
export interface ServeProcess {
  readonly url: string;
  /** What it has printed so far, on both outputs. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
  /** Resolves with the exit code and the signal that ended it. */
  readonly ended: Promise<readonly [number | null, NodeJS.Signals | null]>;
}

/** Starts `shaperail serve` on a free port and waits until it listens. */
export async function spawnServe(
  args: readonly string[],
  { env = {}, directory = BLOG }: RunOptions = {},
): Promise<ServeProcess> {
  const child = spawn(process.execPath, [SHAPERAIL, "serve", ...args], {
    cwd: directory,
    env: { SHAPERAIL_PORT: "0", JWT_SECRET, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const listening = new Promise<string>((resolve) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const port = /listening on port (\d+)/.exec(output)?.[1];
      if (port !== undefined) resolve(`http://127.0.0.1:${port}`);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
  });
  const ended = endOf(child);
  const url = await Promise.race([
    listening,
    ended.then(([code]): never => {
      throw new Error(`The server ended with ${code}:\n${output}`);
    }),
  ]);
  return { url, output: () => output, kill: (signal) => void child.kill(signal), ended };
}

async function endOf(child: ChildProcess): Promise<readonly [number | null, NodeJS.Signals | null]> {
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  return [code, signal];
}

/** A database with the application's tables and rows. */
export async function seededDatabase(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { url, close } = await createTestDatabase();
  const env = { DATABASE_URL: url };
  await shaperail(["migrate"], { env });
  await shaperail(["seed"], { env });
  return { url, close };
}

export type Row = Readonly<Record<string, unknown>> & { readonly id: string };

/** What a request was answered with. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly data: Row & readonly Row[];
  readonly meta: {
    readonly cursor: string | null;
    readonly has_more: boolean;
    readonly total: number;
    readonly offset: number;
  };
  readonly error: {
    readonly code: string;
    readonly details: readonly { readonly field: string; readonly code: string }[];
  };
}

/** The application, with its rows, in this process. */
export interface Blog extends AsyncDisposable {
  readonly url: string;
  readonly databaseUrl: string;
  readonly project: Project;
  call(
    method: string,
    path: string,
    options?: { readonly body?: unknown; readonly headers?: Record<string, string> },
  ): Promise<Reply>;
}

export async function startBlog(): Promise<Blog> {
  const database = await seededDatabase();
  const env = { DATABASE_URL: database.url, SHAPERAIL_PORT: "0", JWT_SECRET };
  const project = await loadProject({ directory: BLOG, env });
  const runtime = createRuntime(project, { logger: noopLogger });
  const { port } = await runtime.start();
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    databaseUrl: database.url,
    project,
    async call(method, path, { body, headers } = {}) {
      const response = await fetch(url + path, {
        method,
        headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(20_000),
      });
      const text = await response.text();
      const answer = (text === "" ? {} : JSON.parse(text)) as Pick<Reply, "data" | "meta" | "error">;
      return { ...answer, status: response.status, headers: response.headers };
    },
    async [Symbol.asyncDispose]() {
      await runtime.close();
      await database.close();
    },
  };
}
