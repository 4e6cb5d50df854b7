import { createLogger } from "@shaperail/logging";
import { createDatabase } from "@shaperail/db";
import { onTestFinished } from "vitest";
import { createRuntime, loadProject, type Runtime, type RuntimeOptions } from "./index.ts";
import { writeProject } from "./project.test-kit.ts";

export interface RunningProject {
  readonly runtime: Runtime;
  /** Where it listens. */
  readonly url: string;
  /** Lines of the log so far. */
  readonly lines: readonly Record<string, unknown>[];
  /** Sends a request below the application's URL; a body is sent as JSON. */
  call<Data = unknown, Meta = unknown>(path: string, request?: Request): Promise<Reply<Data, Meta>>;
  /** The text of a page. */
  page(path: string): Promise<string>;
}

interface Request {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer in the envelope, which the test says it expects. */
export interface Reply<Data, Meta> {
  readonly status: number;
  readonly headers: Headers;
  readonly json: { readonly data: Data; readonly meta: Meta; readonly error: { readonly code: string } };
}

/** Starts an application that ends with the test. */
export async function startProject(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
  options: Pick<RuntimeOptions, "mode" | "graceMs"> = {},
): Promise<RunningProject> {
  const directory = await writeProject(files);
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({ destination: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) });
  const project = await loadProject({ directory: directory.path, env: { SHAPERAIL_PORT: "0", ...env } });
  const runtime = createRuntime(project, { logger, graceMs: 2_000, ...options });
  onTestFinished(async () => {
    await runtime.close().catch(() => undefined);
    await directory.close();
  });
  const { url } = await runtime.start();
  return {
    runtime,
    url,
    lines,
    page: async (path) => (await fetch(url + path)).text(),
    async call<Data, Meta>(path: string, { method = "GET", body, headers = {} }: Request = {}) {
      const response = await fetch(url + path, {
        method,
        headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const text = await response.text();
      const json = (text === "" ? {} : JSON.parse(text)) as Reply<Data, Meta>["json"];
      return { status: response.status, headers: response.headers, json };
    },
  };
}

/** Runs statements on the database, one by one. */
export async function execute(url: string, statements: readonly string[]): Promise<void> {
  await using database = createDatabase({ url, poolSize: 1 });
  for (const [at, text] of statements.entries())
    await database.run({ name: `execute.${at}`, text, prepare: false }, []);
}

/** A resource with a title, stored in the table of its name. */
export function resource(name: string, keys = ""): string {
  return `resource: ${name}
version: 1
${keys}schema:
  id: { type: uuid, primary: true, generated: true }
  title: { type: string, required: true }
endpoints:
  list: { auth: public, filters: [title] }
  create: { auth: public, input: [title] }
`;
}

export const titled = (name: string): string =>
  `CREATE TABLE ${name} (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), title text NOT NULL)`;
