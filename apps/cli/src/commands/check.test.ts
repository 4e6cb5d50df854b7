import { expect, test } from "vitest";
import { POSTS, PROJECT, projectDirectory, run } from "../command.test-kit.ts";

const BROKEN = POSTS.replace("posts", "broken").replace("type: integer, default: 0", "type: array");
const NARROW = 'CREATE TABLE "posts" (\n  "views" INTEGER\n);\n';

test("a project without findings says so and ends with 0", async () => {
  await using directory = await projectDirectory(PROJECT);
  const { exitCode, stdout, stderr } = await run(["check"], { directory: directory.path });
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: "✓ nothing found\n", stderr: "" });
});

test("a mistake is shown with its code, place, fix and example, and ends with 1", async () => {
  await using directory = await projectDirectory({ ...PROJECT, "resources/broken.yaml": BROKEN });
  const { exitCode, stdout } = await run(["check"], { directory: directory.path });
  expect(exitCode).toBe(1);
  expect(stdout).toContain("error SR014");
  expect(stdout).toMatch(/resources\/broken\.yaml:6:\d+/);
  expect(stdout).toContain("  fix: ");
  expect(stdout).toMatch(/ {2}example:\n {4}schema:\n {6}/);
});

test("--json has file, line, column, code, level, error, fix and example of each finding", async () => {
  await using directory = await projectDirectory({ ...PROJECT, "resources/broken.yaml": BROKEN });
  const { exitCode, stdout } = await run(["check", "--json"], { directory: directory.path });
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toEqual([
    expect.objectContaining({
      file: expect.stringMatching(/resources\/broken\.yaml$/) as string,
      line: 6,
      column: expect.any(Number) as number,
      code: "SR014",
      level: "error",
      error: expect.any(String) as string,
      fix: expect.any(String) as string,
      example: expect.stringContaining("items") as string,
    }),
  ]);
});

test("a migration with 32 bits for an integer field is a warning, which fails nothing", async () => {
  await using directory = await projectDirectory({ ...PROJECT, "migrations/0001_create_posts.up.sql": NARROW });
  const { exitCode, stdout } = await run(["check", "--json"], { directory: directory.path });
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toEqual([
    expect.objectContaining({
      file: expect.stringMatching(/migrations\/0001_create_posts\.up\.sql$/) as string,
      line: 2,
      column: 11,
      code: "SR100",
      level: "warning",
      fix: 'Add a migration: ALTER TABLE "posts" ALTER COLUMN "views" TYPE BIGINT;',
    }),
  ]);
  const people = await run(["check"], { directory: directory.path });
  expect(people.stdout).toContain('> 2 |   "views" INTEGER');
});

test("a migration that migrate would refuse is a mistake", async () => {
  await using directory = await projectDirectory({ ...PROJECT, "migrations/create_posts.sql": NARROW });
  const { exitCode, stdout } = await run(["check", "--json"], { directory: directory.path });
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toEqual([
    expect.objectContaining({ file: null, code: "MIGRATE_FILE_INVALID", level: "error" }),
  ]);
});

test("a single file is checked alone", async () => {
  await using directory = await projectDirectory({ ...PROJECT, "resources/broken.yaml": BROKEN });
  expect((await run(["check", "resources/posts.yaml"], { directory: directory.path })).exitCode).toBe(0);
});

test("without resource files it ends with 1", async () => {
  await using directory = await projectDirectory({ "resources/readme.txt": "" });
  const { exitCode, stderr } = await run(["check"], { directory: directory.path });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("CLI_NOTHING_FOUND");
});
