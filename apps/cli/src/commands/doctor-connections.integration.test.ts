import { createDatabase } from "@shaperail/db";
import { startPostgres, type PostgresServer } from "@shaperail/test-services";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CONFIG, PROJECT, projectDirectory, run } from "../command.test-kit.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres({
    settings: { max_connections: 50, superuser_reserved_connections: 3, reserved_connections: 2 },
  });
});
afterAll(() => server.close());

/** Two connections of the project that lead to the same server; the processes of a replica share them. */
const FILES = {
  ...PROJECT,
  "shaperail.config.yaml": `${CONFIG.replace("databases:", "workers: 4\ndatabases:")}    pool_size: 10
  analytics: { engine: postgres, url: "\${ANALYTICS_URL}", pool_size: 5 }
`,
};

async function doctor(...words: readonly string[]) {
  await using directory = await projectDirectory(FILES);
  const env = { DATABASE_URL: server.url, ANALYTICS_URL: `${server.url}?application_name=demo` };
  return await run(["doctor", "--connections", ...words], { directory: directory.path, env });
}

test("counts replicas and surge against the live server, beside its other clients but not the application's own", async () => {
  await using other = createDatabase({ url: server.url, applicationName: "somebody else" });
  await using own = createDatabase({ url: server.url, applicationName: "demo" });
  await Promise.all([other.connect(), own.connect()]);
  const { exitCode, stdout } = await doctor("--replicas", "2", "--surge", "1", "--json");
  const { connections } = JSON.parse(stdout) as {
    connections: readonly { readonly server: { otherClients: number } }[];
  };
  expect(exitCode).toBe(3);
  expect(connections).toHaveLength(1);
  expect(connections).toMatchObject([
    {
      server: { maxConnections: 50, reserved: 5, otherClients: 1 },
      instances: 3,
      needed: 45,
      available: 45,
      left: -1,
      verdict: "over",
      fittingPoolSizes: { default: 8, analytics: 4 },
      fix: expect.stringContaining(
        "databases.default.pool_size: 8 and databases.analytics.pool_size: 4, raise max_connections to",
      ),
    },
  ]);
});

test.each([
  {
    words: ["--replicas", "1"],
    exitCode: 0,
    text: /^✓ .* is pass: \(1 replicas \+ 0 surge\) × \(default 10 \+ analytics 5\) = 15/,
  },
  {
    words: ["--replicas", "4"],
    exitCode: 3,
    text: /^✗ .* is over: .* = 60.*\n {2}fix: Set databases\.default/,
  },
  { words: ["--replicas", "400"], exitCode: 3, text: /fix: No pool_size is small enough: raise max_connections/ },
  { words: [], exitCode: 2, text: /--replicas is missing/ },
  { words: ["--replicas", "none"], exitCode: 2, text: /--replicas is "none"/ },
])("$words exits with $exitCode", async ({ words, exitCode, text }) => {
  const ran = await doctor(...words);
  expect(ran.stdout + ran.stderr).toMatch(text);
  expect(ran.exitCode).toBe(exitCode);
});

test("plain `doctor` says what to do about a server without TLS", async () => {
  await using directory = await projectDirectory(PROJECT);
  const env = { DATABASE_URL: `${server.url}?sslmode=require` };
  const { exitCode, stdout } = await run(["doctor"], { directory: directory.path, env });
  expect(exitCode).toBe(3);
  expect(stdout).toMatch(/✗ database: .*offers no TLS.*\n {2}fix: Turn ssl on in the server/);
});
