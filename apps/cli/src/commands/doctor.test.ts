import { describe, expect, test } from "vitest";
import { CONFIG, PROJECT, projectDirectory, run } from "../command.test-kit.ts";
import type { DoctorCheck } from "../doctor/doctor-check.ts";
import { checkNode } from "./doctor-run.ts";

describe("Node", () => {
  test.each([
    { version: "22.18.0", status: "ok" },
    { version: "24.1.0", status: "ok" },
    { version: "22.17.1", status: "failed" },
    { version: "20.20.2", status: "failed" },
  ])("$version is $status", ({ version, status }) => {
    expect(checkNode(version).status).toBe(status);
  });
});

async function checks(directory: string, env = {}): Promise<{ exitCode: number; byName: Record<string, DoctorCheck> }> {
  const { exitCode, stdout } = await run(["doctor", "--json"], { directory, env });
  const { checks: list } = JSON.parse(stdout) as { checks: DoctorCheck[] };
  return { exitCode, byName: Object.fromEntries(list.map((check) => [check.name, check])) };
}

test("a healthy project needs nothing; without DATABASE_URL no server is started to find out", async () => {
  await using directory = await projectDirectory(PROJECT);
  const { exitCode, byName } = await checks(directory.path);
  expect(exitCode).toBe(0);
  expect(byName["project"]?.status).toBe("ok");
  expect(byName["database"]?.status).toBe("skipped");
  expect(byName["redis"]?.status).toBe("skipped");
});

test("servers that cannot be reached are failures with a cure, and no credential is printed", async () => {
  await using directory = await projectDirectory({
    ...PROJECT,
    "shaperail.config.yaml": `${CONFIG}cache:\n  type: redis\n  url: \${REDIS_URL}\n`,
  });
  const env = { DATABASE_URL: "postgresql://u:canary@127.0.0.1:1/app", REDIS_URL: "redis://:canary@127.0.0.1:1" };
  const { exitCode, byName } = await checks(directory.path, env);
  expect(exitCode).toBe(3);
  for (const name of ["database", "redis"]) {
    expect(byName[name]).toMatchObject({ status: "failed", fix: expect.stringContaining("127.0.0.1:1") });
  }
  expect(JSON.stringify(byName)).not.toContain("canary");
});

test("a broken project points to `validate`", async () => {
  await using directory = await projectDirectory({ ...PROJECT, "shaperail.config.yaml": "project: 5\n" });
  const { exitCode, stdout } = await run(["doctor"], { directory: directory.path });
  expect(exitCode).toBe(3);
  expect(stdout).toMatch(/✗ project: .*\n {2}fix: Run `shaperail validate`/);
});
