import { createTestDatabase, freePort } from "@shaperail/test-services";
import { expect, onTestFinished, test } from "vitest";
import { CONFIG, PROJECT, projectDirectory, spawnCommand } from "../command.test-kit.ts";

const AUTH = `auth:
  provider: jwt
  secret_env: JWT_SECRET
  expiry: 1h
  previous_secret_env: OLD_SECRET
`;
const SECURE = "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZg";

async function serve(env: Readonly<Record<string, string>>) {
  const directory = await projectDirectory({ ...PROJECT, "shaperail.config.yaml": CONFIG + AUTH });
  const served = spawnCommand(["serve", "--port", String(await freePort())], { cwd: directory.path, env });
  onTestFinished(async () => {
    served.child.kill("SIGTERM");
    await served.ended;
    await directory.close();
  });
  return served;
}

test.each([
  { what: "is short", env: { JWT_SECRET: "hunter2-hunter2" }, names: "JWT_SECRET" },
  { what: "is a placeholder", env: { JWT_SECRET: "change-me-in-production-0123456789abcdef" }, names: "JWT_SECRET" },
  { what: "repeats itself", env: { JWT_SECRET: "password".repeat(8) }, names: "JWT_SECRET" },
  { what: "is empty", env: { JWT_SECRET: "" }, names: "JWT_SECRET" },
  { what: "is not set", env: {}, names: "JWT_SECRET" },
  { what: "was weak before", env: { JWT_SECRET: SECURE, OLD_SECRET: "hunter2" }, names: "OLD_SECRET" },
])("in production a secret that $what stops the start, and is not shown", async ({ env, names }) => {
  const served = await serve({ NODE_ENV: "production", DATABASE_URL: "postgresql://127.0.0.1:1/x", ...env } as Record<
    string,
    string
  >);
  const { exitCode, stdout, stderr } = await served.ended;
  expect(exitCode).toBeGreaterThan(0);
  expect(stderr).toContain(names);
  expect(stdout + stderr).not.toMatch(/hunter2|change-me-in|passwordpassword|ECONNREFUSED|listening/);
});

test("in development a weak secret is a warning", async () => {
  const database = await createTestDatabase();
  onTestFinished(() => database.close());
  const served = await serve({ DATABASE_URL: database.url, JWT_SECRET: "hunter2" });
  await served.says("is ready after");
  const { stdout, stderr } = served.output();
  expect(stderr).toContain("JWT_SECRET");
  expect(stdout + stderr).not.toContain("hunter2");
});
