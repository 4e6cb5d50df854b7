import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ARCHETYPES } from "../archetype/archetypes.ts";
import { PROJECT, projectDirectory, run } from "../command.test-kit.ts";

const archetypes = Object.keys(ARCHETYPES);

test.each(archetypes)("the archetype %s has neither a mistake nor a warning", async (archetype) => {
  await using directory = await projectDirectory(PROJECT);
  const created = await run(["resource", "create", "things", "-a", archetype], { directory: directory.path });
  expect(created).toMatchObject({ exitCode: 0, stderr: "" });
  const { exitCode, stdout } = await run(["check", "--json"], { directory: directory.path });
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "[]\n" });
});

test("a resource file and its pair of migrations are created, and named", async () => {
  await using directory = await projectDirectory(PROJECT);
  const { stdout } = await run(["resource", "create", "tags"], { directory: directory.path });
  expect(stdout).toMatch(/^Created \S*resources\/tags\.yaml\n/);
  expect(await readFile(join(directory.path, "resources/tags.yaml"), "utf8")).toContain("resource: tags\nversion: 1\n");
  const migrations = await readdir(join(directory.path, "migrations"));
  for (const direction of ["up", "down"]) {
    const name = migrations.find((file) => file.endsWith(`_create_tags.${direction}.sql`));
    expect(name).toBeDefined();
    expect(stdout).toContain(`migrations/${name}\n`);
  }
});

test("--json lists the created files", async () => {
  await using directory = await projectDirectory(PROJECT);
  const words = ["resource", "create", "tags", "--archetype", "lookup", "--json"];
  const created = JSON.parse((await run(words, { directory: directory.path })).stdout) as { files: string[] };
  expect(created).toMatchObject({ resource: "tags", archetype: "lookup" });
  expect(created.files.some((file) => file.endsWith("resources/tags.yaml"))).toBe(true);
  expect(created.files.some((file) => file.endsWith("_create_tags.up.sql"))).toBe(true);
});

describe("a reference", () => {
  const create = (name: string, archetype: string): string[] => ["resource", "create", name, "-a", archetype];

  test("is made to a resource that is there", async () => {
    await using directory = await projectDirectory(PROJECT);
    for (const words of [create("organizations", "basic"), create("users", "user"), create("articles", "content")]) {
      expect((await run(words, { directory: directory.path })).exitCode).toBe(0);
    }
    const read = (name: string): Promise<string> => readFile(join(directory.path, "resources", name), "utf8");
    expect(await read("users.yaml")).toContain("org_id: { type: uuid, ref: organizations.id, nullable: true }");
    expect(await read("articles.yaml")).toContain("author_id: { type: uuid, ref: users.id, nullable: true }");
  });

  test("is left out when there is no such resource", async () => {
    await using directory = await projectDirectory(PROJECT);
    await run(create("articles", "content"), { directory: directory.path });
    expect(await readFile(join(directory.path, "resources/articles.yaml"), "utf8")).not.toContain("ref:");
  });
});

interface ExistingRow {
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
  readonly name: string;
  readonly exists: string;
}

test.each<ExistingRow>([
  { what: "a resource of that name", files: {}, name: "posts", exists: "posts.yaml" },
  {
    what: "such a file",
    files: { "resources/tags.yaml": PROJECT["resources/posts.yaml"]?.replace("posts", "labels") ?? "" },
    name: "tags",
    exists: "tags.yaml",
  },
  {
    what: "a migration that makes the table",
    files: { "migrations/0001_create_tags.up.sql": "SELECT 1;" },
    name: "tags",
    exists: "0001_create_tags.up.sql",
  },
])("$what is not overwritten: it ends with 1", async ({ files, name, exists }) => {
  await using directory = await projectDirectory({ ...PROJECT, ...files });
  const { exitCode, stdout, stderr } = await run(["resource", "create", name], { directory: directory.path });
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toContain("CLI_ALREADY_EXISTS");
  expect(stderr).toContain(exists);
});

test.each([
  { words: ["Tags"], says: "snake_case" },
  { words: ["../tags"], says: "snake_case" },
  { words: ["pg_tags"], says: "PostgreSQL" },
  { words: ["tags", "-a", "contnt"], says: "Did you mean `content`?" },
  { words: [], says: "missing required argument" },
])("resource create $words ends with 2 and creates nothing", async ({ words, says }) => {
  await using directory = await projectDirectory(PROJECT);
  const { exitCode, stderr } = await run(["resource", "create", ...words], { directory: directory.path });
  expect(exitCode).toBe(2);
  expect(stderr).toContain(says);
  expect(await readdir(join(directory.path, "resources"))).toEqual(["posts.yaml"]);
});
