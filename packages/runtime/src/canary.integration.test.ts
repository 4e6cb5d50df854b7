import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createTestDatabase } from "@shaperail/test-services";
import { expect, onTestFinished, test } from "vitest";
import { writeProject } from "./project.test-kit.ts";
import { execute } from "./running-project.test-kit.ts";

const PEOPLE = `resource: people
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
  name: { type: string, required: true }
  email: { type: string, format: email, sensitive: true, required: true, unique: true, max: 60 }
  born: { type: date, sensitive: true }
  score: { type: integer, sensitive: true }
endpoints:
  list: { auth: public, filters: [name] }
  create: { auth: public, input: [name, email, born, score] }
  update: { auth: public, input: [name, email, born, score] }
  get: { auth: public }
  greet:
    method: POST
    path: /people/greet
    auth: public
    handler: greet
    input: [email]
`;

const HANDLERS = `
export async function greet() {
  throw new Error("the greeting failed");
}
`;

const TABLE = `CREATE TABLE people (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL, email text NOT NULL UNIQUE, born date,
  score bigint CHECK (score < 1000))`;

const START = `
  import { createRuntime, exitOnCrash, loadProject, runUntilSignal } from ${JSON.stringify(new URL("./index.ts", import.meta.url).href)};
  const runtime = createRuntime(await loadProject({ directory: process.argv[1], env: process.env }));
  exitOnCrash(runtime.logger);
  const { port } = await runtime.start();
  console.error("listening on " + port + ".");
  process.on("SIGUSR2", () => { throw new Error("crash"); });
  process.exitCode = await runUntilSignal(runtime);
`;

/** Takes whatever spans it is sent. */
async function collector(received: string[]): Promise<string> {
  const server = createServer((request, response) => {
    request.setEncoding("latin1").on("data", (chunk: string) => void received.push(chunk));
    request.on("end", () => void response.end());
  }).listen(0);
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`;
}

test("no sensitive value is in any byte the process writes, serves as a metric or sends as a span", async () => {
  const { url, close } = await createTestDatabase();
  onTestFinished(close);
  await execute(url, [TABLE]);
  const files = {
    "shaperail.config.yaml": "project: canary\n",
    "resources/people.yaml": PEOPLE,
    "resources/people.handlers.ts": HANDLERS,
  };
  await using directory = await writeProject(files);
  const spans: string[] = [];
  const child = spawn(
    process.execPath,
    ["--conditions=@shaperail/source", "--input-type=module", "-e", START, directory.path],
    {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: process.env["PATH"] ?? "",
        DATABASE_URL: url,
        SHAPERAIL_PORT: "0",
        SHAPERAIL_LOG: "trace",
        SHAPERAIL_SLOW_QUERY_MS: "0",
        OTEL_EXPORTER_OTLP_ENDPOINT: await collector(spans),
      },
    },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  let written = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (written += text));
  const listening = (): string | undefined => /listening on (\d+)\./.exec(written)?.[1];
  await expect.poll(listening, { timeout: 30_000 }).toBeDefined();
  const base = `http://127.0.0.1:${listening()}`;

  const call = async (path: string, body?: unknown, method = "POST"): Promise<string> => {
    const response = await fetch(base + path, {
      method: body === undefined ? "GET" : method,
      headers: { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return `${response.status} ${await response.text()}`;
  };
  const person = { name: "open", email: "canary-one@example.org", born: "1987-06-05", score: 777 };
  const created = await call("/v1/people", person);
  expect(created).toMatch(/^201/);
  const answers = [
    created,
    await call("/v1/people", person),
    await call("/v1/people", { ...person, email: `canary-two ${"x".repeat(100)}` }),
    await call("/v1/people", { ...person, email: "canary-three@example.org", born: "canary-four" }),
    await call("/v1/people", { ...person, email: "canary-five@example.org", score: 87_654_321 }),
    await call("/v1/people", { ...person, email: "canary-six@example.org\u0000" }),
    await call("/v1/people?filter[email]=canary-seven@example.org"),
    await call("/v1/people?sort=canary-eight"),
    await call("/v1/people/greet", { email: "canary-nine@example.org" }),
  ];
  expect(answers.map((answer) => Number(answer.slice(0, 3)))).toEqual([201, 409, 422, 422, 422, 422, 422, 422, 500]);
  const metrics = await call("/metrics");
  expect(metrics).toContain("\nshaperail_log_lines_dropped_total 0\n");
  await expect.poll(() => spans.join(""), { timeout: 15_000 }).toContain("POST /v1/people/greet");
  child.kill("SIGUSR2");
  expect(await once(child, "exit")).toEqual([1, null]);

  const bytes = [written, metrics, ...spans, ...answers.slice(0, 7)].join("\n");
  expect(written).toContain("Slow query detected");
  expect(written).toContain("the process crashed");
  const found = ["canary-", "1987-06-05", "87654321"].filter((canary) => bytes.includes(canary));
  expect(found).toEqual([]);
});
