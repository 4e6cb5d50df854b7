import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { projectDirectory, run } from "../command.test-kit.ts";

type Say = (path: string | undefined) => { readonly status: number; readonly body: string } | undefined;

/** A server that answers what `say` says; undefined is never. */
async function serve(say: Say): Promise<string> {
  const server = createServer(({ url }, response) => {
    const answer = say(url);
    if (answer !== undefined) response.writeHead(answer.status).end(answer.body);
  }).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  return String((server.address() as AddressInfo).port);
}

const byPath: Say = (path) =>
  path === "/health/ready" ? { status: 200, body: "ready" } : { status: 200, body: path === "/health" ? "alive" : "?" };

test.each([
  { what: "a server that is ready", say: byPath, options: [], exitCode: 0, stdout: "ready\n" },
  { what: "a server that is alive", say: byPath, options: ["--live"], exitCode: 0, stdout: "alive\n" },
  {
    what: "a server that is not ready",
    say: () => ({ status: 503, body: "degraded" }),
    options: [],
    exitCode: 1,
    stdout: "degraded\n",
  },
  { what: "a server that never answers", say: () => undefined, options: ["--timeout", "50"], exitCode: 1, stdout: "" },
])("$what makes healthcheck end with $exitCode", async ({ say, options, exitCode, stdout }) => {
  const ran = await run(["healthcheck", "--port", await serve(say), ...options]);
  expect(ran).toMatchObject({ exitCode, stdout });
});

test("nobody on the port is a failure with its address", async () => {
  const port = await serve(byPath);
  const { exitCode, stderr } = await run(["healthcheck", "--url", `http://127.0.0.1:1/health?was=${port}`]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("http://127.0.0.1:1/health");
});

test.each([
  { what: "the variable of the port", env: (port: string) => ({ SHAPERAIL_PORT: port }), config: "" },
  {
    what: "the variable of the administration port",
    env: (port: string) => ({ SHAPERAIL_PORT: "1", SHAPERAIL_ADMIN_PORT: port }),
    config: "",
  },
  {
    what: "a configuration whose other variables are not set",
    env: (port: string) => ({ PORT_HERE: port }),
    config: `project: x\nport: \${PORT_HERE}\ndatabases: { default: { engine: postgres, url: "\${DATABASE_URL}" } }\nauth: { provider: jwt, secret_env: JWT_SECRET, expiry: 1h }\n`,
  },
])("$what says which port to ask", async ({ env, config }) => {
  await using directory = await projectDirectory(config === "" ? {} : { "shaperail.config.yaml": config });
  const ran = await run(["healthcheck"], { directory: directory.path, env: env(await serve(byPath)) });
  expect(ran).toMatchObject({ exitCode: 0, stdout: "ready\n" });
});

test.each([
  ["--port", "x"],
  ["--port", "70000"],
  ["--timeout", "0"],
  ["--url", "ftp://x"],
])("%s %s is a mistake of the command line", async (...options) => {
  expect((await run(["healthcheck", ...options])).exitCode).toBe(2);
});
