import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { projectDirectory, run } from "../command.test-kit.ts";
import { packageVersion } from "../version.ts";

const read = (directory: string, file: string): Promise<string> => readFile(join(directory, file), "utf8");

test("a new project has everything it needs, and validates as it is", async () => {
  await using directory = await projectDirectory({});
  const { exitCode, stdout, stderr } = await run(["init", "my-app"], { directory: directory.path });
  expect(exitCode).toBe(0);
  const project = join(directory.path, "my-app");
  const entries = await readdir(project, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(project, join(parentPath, name)));
  // Tables of Shaperail's own come and go with what it can do.
  expect(files.filter((file) => !file.includes("create_shaperail_")).toSorted()).toEqual(
    [
      ".dockerignore",
      ".env",
      ".env.example",
      ".github/workflows/ci.yml",
      ".gitignore",
      "README.md",
      "docker-compose.yml",
      "migrations/0001_create_posts.down.sql",
      "migrations/0001_create_posts.up.sql",
      "package.json",
      "resources/.schema.json",
      "resources/posts.yaml",
      "seeds/posts.yaml",
      "shaperail.config.yaml",
      "tsconfig.json",
    ].toSorted(),
  );
  expect(stdout).toContain("Created my-app/resources/posts.yaml");
  expect(stderr).toContain("cd my-app\n  npm install\n  npx shaperail serve");
  const validated = await run(["validate"], { directory: project });
  expect({ exitCode: validated.exitCode, stderr: validated.stderr }).toEqual({ exitCode: 0, stderr: "" });
});

test("the secret is random, in a file of its owner's, and in no other file", async () => {
  await using directory = await projectDirectory({});
  const secrets: string[] = [];
  for (const name of ["one", "two"]) {
    await run(["init", name], { directory: directory.path });
    const env = await read(directory.path, `${name}/.env`);
    const secret = /^JWT_SECRET=(\S{64})$/m.exec(env)?.[1] ?? "";
    expect(secret).not.toBe("");
    secrets.push(secret);
    expect((await stat(join(directory.path, name, ".env"))).mode & 0o077).toBe(0);
    expect(await read(directory.path, `${name}/.env.example`)).not.toContain(secret);
    for (const file of [".gitignore", ".dockerignore"]) {
      expect((await read(directory.path, `${name}/${file}`)).split("\n")).toContain(".env");
    }
  }
  expect(secrets[0]).not.toBe(secrets[1]);
});

test("names are put where they belong: `_` for `-` in a database, this version in package.json", async () => {
  await using directory = await projectDirectory({});
  await run(["init", "my-app"], { directory: directory.path });
  const project = join(directory.path, "my-app");
  expect(await read(project, "docker-compose.yml")).toContain("POSTGRES_DB: my_app");
  expect(await read(project, "docker-compose.yml")).toContain("pg_isready -U $${POSTGRES_USER}");
  expect(JSON.parse(await read(project, "package.json"))).toMatchObject({
    name: "my-app",
    dependencies: { "@shaperail/cli": `^${packageVersion()}` },
  });
});

test("what the types of controllers need is asked for in the versions that the repository uses", async () => {
  await using directory = await projectDirectory({});
  await run(["init", "my-app"], { directory: directory.path });
  const manifest = JSON.parse(await read(directory.path, "my-app/package.json")) as Record<string, object>;
  const catalog = await read(import.meta.dirname, "../../../../pnpm-workspace.yaml");
  const versionOf = (name: string): string => `^${new RegExp(`^ +"?${name}"?: (\\S+)$`, "m").exec(catalog)?.[1]}`;
  expect(manifest["devDependencies"]).toEqual({
    "@shaperail/jobs": `^${packageVersion()}`,
    "@shaperail/rest": `^${packageVersion()}`,
    "@types/node": versionOf("@types/node"),
    kysely: versionOf("kysely"),
    typescript: versionOf("typescript"),
  });
});

test("an existing directory is left alone", async () => {
  await using directory = await projectDirectory({ "my-app/keep.txt": "mine" });
  const { exitCode, stderr } = await run(["init", "my-app"], { directory: directory.path });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("CLI_ALREADY_EXISTS");
  expect(await readdir(join(directory.path, "my-app"))).toEqual(["keep.txt"]);
});

test("--json lists the files", async () => {
  await using directory = await projectDirectory({});
  const { stdout } = await run(["init", "demo", "--json"], { directory: directory.path });
  const { project, files } = JSON.parse(stdout) as { project: string; files: string[] };
  expect(project).toBe("demo");
  expect(files.filter((file) => !existsSync(join(directory.path, "demo", file)))).toEqual([]);
});
