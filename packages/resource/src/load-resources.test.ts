import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadResources, ResourceError } from "./index.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "shaperail-resources-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const resource = (name: string) =>
  `resource: ${name}\nversion: 1\nschema:\n  id: { type: uuid, primary: true, generated: true }\n`;
const write = (name: string, content: string | Uint8Array) => writeFile(join(folder, name), content);

test("the .yaml files of the folder are read in the order of their names; other files are left alone", async () => {
  await write("users.yaml", resource("users"));
  await write("articles.yaml", resource("articles"));
  await write(".draft.yaml", "not: a resource");
  await write("notes.md", "# notes");
  await mkdir(join(folder, "old.yaml"));
  const { resources, diagnostics, sources } = await loadResources(folder);
  expect(diagnostics).toEqual([]);
  expect(resources.map(({ name, file }) => ({ name, file }))).toEqual([
    { name: "articles", file: join(folder, "articles.yaml") },
    { name: "users", file: join(folder, "users.yaml") },
  ]);
  expect([...sources.keys()]).toEqual(resources.map(({ file }) => file));
});

test("a .yml file is pointed out rather than silently left alone", async () => {
  await write("users.yml", resource("users"));
  const { resources, diagnostics } = await loadResources(folder);
  expect(resources).toEqual([]);
  expect(diagnostics).toMatchObject([
    { code: "SR121", severity: "error", span: { file: join(folder, "users.yml"), start: { line: 1, column: 1 } } },
  ]);
});

test("an empty folder has no resources", async () => {
  expect(await loadResources(folder)).toMatchObject({ resources: [], diagnostics: [] });
});

test("a byte order mark is no part of the text", async () => {
  await write("users.yaml", `\uFEFF${resource("users")}`);
  expect((await loadResources(folder)).diagnostics).toEqual([]);
});

test("a folder that is not there is an error with a hint", async () => {
  const missing = join(folder, "nowhere");
  await expect(loadResources(missing)).rejects.toMatchObject({
    name: "ResourceError",
    code: "RESOURCE_DIRECTORY_UNREADABLE",
    hint: expect.any(String),
    details: { directory: missing },
  });
});

test("a file that is not UTF-8 is an error with a hint", async () => {
  await write("users.yaml", Uint8Array.of(0xff, 0xfe, 0x00));
  const failure = loadResources(folder);
  await expect(failure).rejects.toBeInstanceOf(ResourceError);
  await expect(failure).rejects.toMatchObject({
    code: "RESOURCE_FILE_UNREADABLE",
    hint: expect.any(String),
    details: { file: join(folder, "users.yaml") },
  });
});
