import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { configJsonSchema } from "@shaperail/config";
import { resourceJsonSchema } from "@shaperail/resource";
import { describe, expect, test } from "vitest";
import { CONFIG, POSTS, PROJECT, projectDirectory, run } from "../command.test-kit.ts";

const DERIVED = [".shaperail/config.schema.json", ".shaperail/resource.schema.json", ".shaperail/types.ts"];

const WITH_FUNCTIONS = {
  ...PROJECT,
  "resources/posts.yaml": POSTS.replace(
    "  create: { auth: public }",
    `  create: { auth: public, controller: { before: tidy } }
  publish: { method: POST, path: "/posts/:id/publish", auth: public, handler: publish }`,
  ),
};

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

test("generate writes types and schemas, and says which", async () => {
  await using directory = await projectDirectory(PROJECT);
  const { exitCode, stdout, stderr } = await run(["generate"], { directory: directory.path });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(lines(stdout)).toEqual(DERIVED.map((path) => `Generated ${path}`));
  const read = (path: string): Promise<string> => readFile(join(directory.path, path), "utf8");
  expect(await read(".shaperail/types.ts")).toContain("export interface PostsRow {");
  expect(JSON.parse(await read(".shaperail/resource.schema.json"))).toEqual(resourceJsonSchema());
  expect(JSON.parse(await read(".shaperail/config.schema.json"))).toEqual(configJsonSchema());
  expect(await read(".shaperail/.gitignore")).toBe("*\n");
});

test("generate a second time writes nothing", async () => {
  await using directory = await projectDirectory(PROJECT);
  await run(["generate"], { directory: directory.path });
  const { exitCode, stdout } = await run(["generate"], { directory: directory.path });
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "Nothing to generate.\n" });
});

describe("function stubs", () => {
  test("are written for every function that is named, typed", async () => {
    await using directory = await projectDirectory(WITH_FUNCTIONS);
    const { stdout } = await run(["generate"], { directory: directory.path });
    expect(stdout).toContain("Generated resources/posts.controller.ts\nGenerated resources/posts.handlers.ts\n");
    const controllers = await readFile(join(directory.path, "resources/posts.controller.ts"), "utf8");
    expect(controllers).toContain("export async function tidy(context: PostsCreateContext): Promise<void> {");
  });

  test.each(["posts.controller.ts", "posts.controller.js"])("leave %s alone", async (name) => {
    await using directory = await projectDirectory({ ...WITH_FUNCTIONS, [`resources/${name}`]: "// mine\n" });
    const { stdout } = await run(["generate"], { directory: directory.path });
    expect(stdout).not.toContain("posts.controller");
    expect(await readFile(join(directory.path, "resources", name), "utf8")).toBe("// mine\n");
  });
});

describe("jobs and hooks", () => {
  const EVENTS = `events:
  subscribers:
    - { event: posts.created, targets: [{ type: job, name: index_post }, { type: hook, name: notify }] }
`;
  const FILES = {
    ...PROJECT,
    "shaperail.config.yaml": CONFIG + EVENTS,
    "resources/posts.yaml": POSTS.replace("create: { auth: public }", "create: { auth: public, jobs: [tell] }"),
  };

  test("have a stub each, and their types; a second time there is nothing left to write", async () => {
    await using directory = await projectDirectory(FILES);
    const { stdout } = await run(["generate"], { directory: directory.path });
    const stubs = ["hooks/notify.ts", "jobs/index_post.ts", "jobs/tell.ts"];
    expect(lines(stdout).toSorted()).toEqual([...DERIVED, ...stubs].map((path) => `Generated ${path}`).toSorted());
    const types = await readFile(join(directory.path, ".shaperail/types.ts"), "utf8");
    for (const name of ["TellPayload", "IndexPostPayload", "NotifyEvent"])
      expect(types).toContain(`export type ${name} =`);
    expect((await run(["generate"], { directory: directory.path })).stdout).toBe("Nothing to generate.\n");
  });

  test.each(["jobs/tell.ts", "jobs/tell.mjs", "hooks/notify.js"])("leave %s alone", async (path) => {
    await using directory = await projectDirectory({ ...FILES, [path]: "// mine\n" });
    const { stdout } = await run(["generate"], { directory: directory.path });
    expect(stdout).not.toContain(path.slice(0, path.indexOf(".")));
    expect(await readFile(join(directory.path, path), "utf8")).toBe("// mine\n");
  });

  test("that only the code adds are typed by their file", async () => {
    const own = { "jobs/report.ts": "", "jobs/_shared.ts": "", "jobs/report.test.ts": "", "jobs/notes.txt": "" };
    await using directory = await projectDirectory({ ...PROJECT, ...own });
    await run(["generate"], { directory: directory.path });
    const types = await readFile(join(directory.path, ".shaperail/types.ts"), "utf8");
    expect(types.match(/^  readonly ".*$/gm)).toEqual([
      `  readonly "report": Parameters<typeof import("../jobs/report.ts").handle>[0];`,
    ]);
  });
});

test("the schema that init put beside the resource files is brought up to date, and made by nobody else", async () => {
  await using directory = await projectDirectory({ ...PROJECT, "resources/.schema.json": "{}\n" });
  const { stdout } = await run(["generate"], { directory: directory.path });
  expect(stdout).toContain("Generated resources/.schema.json\n");
});

describe("generate --check", () => {
  test("ends with 3 and names what is out of date, and writes nothing", async () => {
    await using directory = await projectDirectory(PROJECT);
    for (let count = 0; count < 2; count += 1) {
      const { exitCode, stdout } = await run(["generate", "--check"], { directory: directory.path });
      expect(exitCode).toBe(3);
      expect(lines(stdout)).toEqual(DERIVED.map((path) => `Out of date: ${path}`));
    }
  });

  test("ends with 0 when everything is up to date, until a resource changes", async () => {
    await using directory = await projectDirectory(PROJECT);
    await run(["generate"], { directory: directory.path });
    expect(await run(["generate", "--check"], { directory: directory.path })).toMatchObject({
      exitCode: 0,
      stdout: "",
    });
    await writeFile(join(directory.path, "resources/posts.yaml"), POSTS.replace("views:", "visits:"));
    const { exitCode, stdout } = await run(["generate", "--check", "--json"], { directory: directory.path });
    expect(exitCode).toBe(3);
    expect(JSON.parse(stdout)).toEqual({ out_of_date: [".shaperail/types.ts"] });
  });
});

test("--json lists the paths", async () => {
  await using directory = await projectDirectory(PROJECT);
  const { stdout } = await run(["generate", "--json"], { directory: directory.path });
  expect(JSON.parse(stdout)).toEqual({ generated: DERIVED });
});

test("a project with mistakes generates nothing and ends with 2", async () => {
  await using directory = await projectDirectory({ ...PROJECT, "resources/posts.yaml": `${POSTS}oops: 1\n` });
  const { exitCode, stdout } = await run(["generate"], { directory: directory.path });
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
});
