import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CONFIG, POSTS, PROJECT, projectDirectory, run } from "../command.test-kit.ts";

const BROKEN = POSTS.replace("posts", "broken").replace("type: string", "type: strng");

test("every valid file is listed on standard output, and nothing else is", async () => {
  await using directory = await projectDirectory(PROJECT);
  const { exitCode, stdout, stderr } = await run(["validate"], { directory: directory.path });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toMatch(/^✓ shaperail\.config\.yaml valid\n✓ \S*resources\/posts\.yaml valid\n$/);
});

test("a mistake ends with 1, and is shown with its place, its line and its cure on standard error", async () => {
  await using directory = await projectDirectory({ ...PROJECT, "resources/broken.yaml": BROKEN });
  const { exitCode, stdout, stderr } = await run(["validate"], { directory: directory.path });
  expect(exitCode).toBe(1);
  expect(stdout).toContain("posts.yaml valid");
  expect(stdout).not.toContain("broken.yaml");
  expect(stderr).toMatch(/✗ \S*broken\.yaml/);
  expect(stderr).toMatch(/broken\.yaml:5:/);
  expect(stderr).toContain("Did you mean `string`?");
  expect(stderr).toContain("fix:");
});

test("--json is an array of every mistake, also when there is none", async () => {
  await using directory = await projectDirectory({ ...PROJECT, "resources/broken.yaml": BROKEN });
  const broken = await run(["validate", "--json"], { directory: directory.path });
  expect(broken.exitCode).toBe(1);
  expect(JSON.parse(broken.stdout)).toContainEqual(expect.objectContaining({ code: "SR000", level: "error", line: 5 }));
  await using valid = await projectDirectory(PROJECT);
  expect((await run(["validate", "--json"], { directory: valid.path })).stdout).toBe("[]\n");
});

test("an absolute path is taken as it is", async () => {
  await using directory = await projectDirectory({ ...PROJECT, "resources/broken.yaml": BROKEN });
  const folder = join(directory.path, "resources");
  const all = await run(["validate", folder], { directory: directory.path });
  expect(all.exitCode).toBe(1);
  expect(all.stdout).toContain(`✓ ${folder}/posts.yaml valid`);
  expect(all.stderr).toContain(`${folder}/broken.yaml:5:`);
  const none = await run(["validate", "/nowhere"], { directory: directory.path });
  expect(none.stderr).toContain("The folder /nowhere cannot be read.");
});

test("a single file is checked together with the files it refers to, and only its mistakes are shown", async () => {
  const comments = POSTS.replaceAll("posts", "comments").replace(
    "  views:",
    "  post_id: { type: uuid, required: true, ref: posts.id }\n  views:",
  );
  await using directory = await projectDirectory({
    ...PROJECT,
    "resources/comments.yaml": comments,
    "resources/broken.yaml": BROKEN,
  });
  const one = await run(["validate", "resources/comments.yaml"], { directory: directory.path });
  expect(one.exitCode).toBe(0);
  const other = await run(["validate", "resources/broken.yaml"], { directory: directory.path });
  expect(other.exitCode).toBe(1);
  expect(other.stdout).not.toContain("comments.yaml");
});

describe("the configuration", () => {
  test("is checked too", async () => {
    await using directory = await projectDirectory({ ...PROJECT, "shaperail.config.yaml": `${CONFIG}prot: 3\n` });
    const { exitCode, stderr } = await run(["validate"], { directory: directory.path });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("✗ shaperail.config.yaml");
    expect(stderr).toContain("CONFIG_UNKNOWN_KEY");
  });

  test("may be absent: resource files are of use without it", async () => {
    await using directory = await projectDirectory({ "resources/posts.yaml": POSTS });
    expect((await run(["validate"], { directory: directory.path })).exitCode).toBe(0);
  });

  test("is valid although the variables it names are not set", async () => {
    await using directory = await projectDirectory(PROJECT);
    expect((await run(["validate"], { directory: directory.path, env: { NODE_ENV: "production" } })).exitCode).toBe(0);
  });
});

describe("without resource files it ends with 1", () => {
  test.each([
    { what: "an empty folder", path: "other" },
    { what: "no folder", path: "resources" },
  ])("$what", async ({ path }) => {
    await using directory = await projectDirectory({ "other/readme.txt": "" });
    const { exitCode, stderr } = await run(["validate", path], { directory: directory.path });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("hint:");
  });
});
