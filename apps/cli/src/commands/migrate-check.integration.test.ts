import { createTestDatabase } from "@shaperail/test-services";
import { expect, test } from "vitest";
import { PROJECT, projectDirectory, run, writeFiles } from "../command.test-kit.ts";

const INDEX = "CREATE INDEX idx_posts_views ON posts (views);\n";
const FILE = "migrations/0009_index.up.sql";
const DOWN = { "migrations/0009_index.down.sql": "DROP INDEX idx_posts_views;\n" };

test("migrate refuses what is unsafe, and applies it once it is rewritten, allowed, or not looked at", async () => {
  await using directory = await projectDirectory(PROJECT);
  await using database = await createTestDatabase();
  const migrate = (...words: string[]): ReturnType<typeof run> =>
    run(["migrate", ...words], { directory: directory.path, env: { DATABASE_URL: database.url } });
  expect((await migrate()).exitCode).toBe(0);

  await writeFiles(directory.path, { [FILE]: INDEX, ...DOWN });
  const refused = await migrate();
  expect(refused.exitCode).toBe(3);
  expect(refused.stderr).toContain("MC020");
  expect(refused.stderr).toContain("CLI_MIGRATION_UNSAFE");
  expect((await migrate("--status")).stdout).toContain("pending  0009_index.up.sql");

  await writeFiles(directory.path, { [FILE]: `-- shaperail:allow MC020 the table has ten rows\n${INDEX}` });
  expect((await migrate()).stdout).toMatch(/^Applied 0009_index\.up\.sql/);
  await migrate("--rollback");
  await writeFiles(directory.path, { [FILE]: INDEX });
  expect((await migrate("--no-check")).stdout).toMatch(/^Applied 0009_index\.up\.sql/);
  await migrate("--rollback");
  await writeFiles(directory.path, { [FILE]: `-- no-transaction\n${INDEX.replace("INDEX", "INDEX CONCURRENTLY")}` });
  const { exitCode, stderr } = await migrate();
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
});

test("in an empty database an index is built at once: nobody uses the table that the same run makes", async () => {
  const create = 'CREATE TABLE "posts" ("id" uuid PRIMARY KEY, "views" bigint);\n';
  const table = {
    "migrations/0001_create_posts.up.sql": create,
    "migrations/0001_create_posts.down.sql": "DROP TABLE posts;\n",
  };
  await using directory = await projectDirectory({ ...PROJECT, ...table, [FILE]: INDEX, ...DOWN });
  await using database = await createTestDatabase();
  const env = { DATABASE_URL: database.url };
  const { exitCode, stdout, stderr } = await run(["migrate"], { directory: directory.path, env });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toContain("Applied 0009_index.up.sql");
});
