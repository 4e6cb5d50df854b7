import { rename } from "node:fs/promises";
import { join } from "node:path";
import { createDatabase } from "@shaperail/db";
import { createTestDatabase } from "@shaperail/test-services";
import { expect, onTestFinished, test } from "vitest";
import { BLOG, type ServeProcess, shaperail, spawnServe } from "./blog.test-kit.ts";
import { addAuthor, copyOfBlog, edit, useWithoutPause } from "./deployment.test-kit.ts";

interface Deployment {
  readonly databaseUrl: string;
  readonly authorId: string;
  /** Starts a version of the application as a rollout does, and waits until the database knows of it. */
  deploy(release: string, directory?: string): Promise<ServeProcess>;
  command(directory: string, ...words: string[]): Promise<string>;
  /** What a command that is refused printed. */
  refused(directory: string, ...words: string[]): Promise<string>;
}

async function setUp(): Promise<Deployment> {
  const database = await createTestDatabase();
  onTestFinished(() => database.close());
  const env = { DATABASE_URL: database.url };
  await shaperail(["migrate"], { env });
  const command = (directory: string, ...words: string[]): Promise<string> => shaperail(words, { env, directory });
  return {
    databaseUrl: database.url,
    authorId: await addAuthor(database.url),
    command,
    async deploy(release, directory = BLOG) {
      const production = { ...env, NODE_ENV: "production", SHAPERAIL_RELEASE: release };
      const server = await spawnServe([], { env: production, directory });
      onTestFinished(() => server.kill("SIGKILL"));
      const known = (): Promise<string> => command(directory, "releases", "list");
      await expect.poll(known, { timeout: 10_000 }).toMatch(new RegExp(`^${release} +live`, "m"));
      return server;
    },
    async refused(directory, ...words) {
      const error: unknown = await command(directory, ...words).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 3 });
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      return stdout + stderr;
    },
  };
}

async function end(server: ServeProcess): Promise<void> {
  server.kill("SIGTERM");
  expect(await server.ended).toEqual([0, null]);
}

test("a column that a running version uses is not dropped until that version has ended and is retired", async () => {
  const { databaseUrl, authorId, deploy, command, refused } = await setUp();
  const first = await deploy("v1");
  const stopFirst = useWithoutPause(first.url, { authorId, name: "first", also: { metadata: { a: 1 } } });

  const directory = await copyOfBlog();
  await edit(directory, "resources/posts.yaml", [
    ["  metadata: { type: json, default: {} }\n", ""],
    [", metadata]", "]"],
  ]);
  expect(await command(directory, "migrate", "new", "less")).toContain("_later/drop_posts_metadata.up.sql");
  const second = await deploy("v2", directory);
  const stopSecond = useWithoutPause(second.url, { authorId, name: "second" });

  for (const way of ["up", "down"]) {
    const migrations = join(directory, "migrations");
    const [later, next] = [`_later/drop_posts_metadata.${way}.sql`, `0013_drop_posts_metadata.${way}.sql`];
    await rename(join(migrations, later), join(migrations, next));
  }
  const why = 'MC034 The live release "v1" uses the column "metadata" of "posts"';
  expect(await refused(directory, "migrate", "check")).toContain(why);
  expect(await refused(directory, "migrate")).toContain(why);

  const used = await stopFirst();
  await end(first);
  // That it no longer runs is for people to know: its silence alone is no proof.
  expect(await refused(directory, "migrate")).toContain(why);
  expect(await command(directory, "releases", "retire", "v1")).toBe("Retired v1\n");
  expect(await command(directory, "migrate")).toContain("Applied 0013_drop_posts_metadata.up.sql");

  const later = await stopSecond();
  expect([...used.failed, ...later.failed]).toEqual([]);
  expect(Math.min(used.count, later.count)).toBeGreaterThan(20);
  await using database = createDatabase({ url: databaseUrl, poolSize: 1 });
  const text =
    "select count(*) from information_schema.columns where table_name = 'posts' and column_name = 'metadata'";
  expect((await database.run({ name: "column", text }, [])).rows).toEqual([["0"]]);
});

test("a column that a running version leaves empty is not required until that version has ended and is retired", async () => {
  const { databaseUrl, authorId, deploy, command, refused } = await setUp();
  const first = await deploy("v1");
  const stopFirst = useWithoutPause(first.url, { authorId, name: "first" });

  const directory = await copyOfBlog();
  await edit(directory, "resources/posts.yaml", [
    ["  editor_note:", "  language: { type: string, required: true, min: 2, max: 5 }\n  editor_note:"],
  ]);
  // The other version of the API only reads, so that it needs to know the column as well for it to be required.
  await edit(directory, "resources/posts_v2.yaml", [
    ["  created_at:", "  language: { type: string, required: true, min: 2, max: 5 }\n  created_at:"],
  ]);
  await command(directory, "migrate", "new", "language");
  await command(directory, "migrate");
  const second = await deploy("v2", directory);
  const stopSecond = useWithoutPause(second.url, { authorId, name: "second", also: { language: "en" } });
  await command(directory, "migrate", "new", "require_language");
  expect(await refused(directory, "migrate")).toContain(
    'MC035 The live release "v1" does not fill the column "language"',
  );

  const used = await stopFirst();
  await end(first);
  await command(directory, "releases", "retire", "--all-but", "v2");
  await using database = createDatabase({ url: databaseUrl, poolSize: 1 });
  await database.run({ name: "fill", text: "update posts set language = 'en' where language is null" }, []);
  expect(await command(directory, "migrate")).toContain("require_language_finish.up.sql");
  const later = await stopSecond();
  expect([...used.failed, ...later.failed]).toEqual([]);
  expect(await command(directory, "migrate", "new", "again")).toContain("Nothing to draft");
});
