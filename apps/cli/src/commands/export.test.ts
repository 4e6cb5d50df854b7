import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { resourceJsonSchema } from "@shaperail/resource";
import { describe, expect, test } from "vitest";
import { PROJECT, projectDirectory, run } from "../command.test-kit.ts";

describe("export openapi", () => {
  test("prints the document as JSON, the same each time", async () => {
    await using directory = await projectDirectory(PROJECT);
    const { exitCode, stdout, stderr } = await run(["export", "openapi"], { directory: directory.path });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const document = JSON.parse(stdout) as { paths: object };
    expect(document).toMatchObject({ openapi: "3.1.0", info: { title: "demo", version: "1.0.0" } });
    expect(Object.keys(document.paths)).toContain("/v1/posts/{id}");
    expect((await run(["export", "openapi"], { directory: directory.path })).stdout).toBe(stdout);
  });

  test.each([
    { file: "out/openapi.json", begins: /^\{\n/ },
    { file: "openapi.yaml", begins: /^components:\n/ },
    { file: "openapi.yml", begins: /^components:\n/ },
  ])("writes $file in the format of its name", async ({ file, begins }) => {
    await using directory = await projectDirectory(PROJECT);
    const { exitCode, stdout, stderr } = await run(["export", "openapi", "-o", file], { directory: directory.path });
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: "", stderr: `Wrote ${file}\n` });
    expect(await readFile(join(directory.path, file), "utf8")).toMatch(begins);
  });
});

describe("export sdk", () => {
  test("writes a typed client and lists its files", async () => {
    await using directory = await projectDirectory(PROJECT);
    const { exitCode, stdout } = await run(["export", "sdk", "--lang", "ts"], { directory: directory.path });
    expect(exitCode).toBe(0);
    const files = await readdir(join(directory.path, "sdk"));
    expect(files).toContain("posts.ts");
    expect(stdout).toBe(
      files
        .toSorted()
        .map((name) => `Generated sdk/${name}\n`)
        .join(""),
    );
  });

  test("writes where it is told", async () => {
    await using directory = await projectDirectory(PROJECT);
    const { stdout } = await run(["export", "sdk", "-o", "web/api", "--json"], { directory: directory.path });
    const { generated } = JSON.parse(stdout) as { generated: string[] };
    expect(generated).toContain("web/api/index.ts");
    expect(await readFile(join(directory.path, "web/api/index.ts"), "utf8")).toContain("createClient");
  });

  test("knows no other language, and ends with 1", async () => {
    await using directory = await projectDirectory(PROJECT);
    const { exitCode, stdout, stderr } = await run(["export", "sdk", "-l", "rust"], { directory: directory.path });
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain('"rust"');
  });
});

test("export json-schema needs no project", async () => {
  await using directory = await projectDirectory({});
  const { exitCode, stdout } = await run(["export", "json-schema"], { directory: directory.path });
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toEqual(resourceJsonSchema());
  await run(["export", "json-schema", "-o", "schema.json"], { directory: directory.path });
  expect(await readFile(join(directory.path, "schema.json"), "utf8")).toBe(stdout);
});

test.each([
  { words: ["export"], says: "Usage: shaperail export" },
  { words: ["export", "opnapi"], says: "Did you mean openapi?" },
  { words: ["export", "sdk", "more"], says: "too many arguments" },
])("$words ends with 2", async ({ words, says }) => {
  const { exitCode, stdout, stderr } = await run(words);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toContain(says);
});

test("a command of a group has a help of its own", async () => {
  const { exitCode, stdout } = await run(["export", "openapi", "--help"]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain("Usage: shaperail export openapi");
  expect(stdout).toContain("$ shaperail export openapi");
});
