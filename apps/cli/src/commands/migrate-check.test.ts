import { expect, test } from "vitest";
import { PROJECT, projectDirectory, run } from "../command.test-kit.ts";

const INDEX = { "migrations/0002_index.up.sql": "CREATE INDEX idx_posts_title ON posts (title);\n" };
const DOWN = { "migrations/0002_index.down.sql": "DROP INDEX idx_posts_title;\n" };

test("a project whose migrations stop nobody says so and ends with 0", async () => {
  await using directory = await projectDirectory(PROJECT);
  const { exitCode, stdout, stderr } = await run(["migrate", "check"], { directory: directory.path });
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: "✓ nothing found\n", stderr: "" });
});

test("an unsafe statement is shown with its place, why, and the SQL to write instead, and ends with 3", async () => {
  await using directory = await projectDirectory({ ...PROJECT, ...INDEX, ...DOWN });
  const { exitCode, stdout } = await run(["migrate", "check"], { directory: directory.path });
  expect(exitCode).toBe(3);
  expect(stdout).toContain('error MC020 Nobody writes "posts" until the index is built.');
  expect(stdout).toMatch(/migrations\/0002_index\.up\.sql:1:1/);
  expect(stdout).toContain(
    "  instead:\n    -- no-transaction\n    SET lock_timeout = '10min';\n    CREATE INDEX CONCURRENTLY idx_posts_title ON posts (title);",
  );
});

test("a missing down file is found, and --json has every finding with its code and place", async () => {
  await using directory = await projectDirectory({ ...PROJECT, ...INDEX });
  const { exitCode, stdout } = await run(["migrate", "check", "--json"], { directory: directory.path });
  expect(exitCode).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject([
    { code: "MC002", line: 1, column: 1, level: "error" },
    { code: "MC020", line: 1, column: 1, level: "error", example: expect.stringContaining("CONCURRENTLY") as string },
  ]);
});

test("--from leaves out what is applied everywhere", async () => {
  await using directory = await projectDirectory({ ...PROJECT, ...INDEX });
  const { exitCode } = await run(["migrate", "check", "--from", "3"], { directory: directory.path });
  expect(exitCode).toBe(0);
});
