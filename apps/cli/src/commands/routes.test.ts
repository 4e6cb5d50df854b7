import { expect, test } from "vitest";
import { POSTS, PROJECT, projectDirectory, run } from "../command.test-kit.ts";

const FILES = {
  ...PROJECT,
  "resources/notes.yaml": POSTS.replaceAll("posts", "notes")
    .replace("version: 1", "version: 2")
    .replace("create: { auth: public }", "create: { auth: [admin, member] }"),
};

test("routes are a table of method, path and who may call, for people", async () => {
  await using directory = await projectDirectory(FILES);
  const { exitCode, stdout, stderr } = await run(["routes"], { directory: directory.path });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const [head, rule, ...rows] = stdout.trimEnd().split("\n");
  expect(head).toBe(`${"METHOD".padEnd(8)} ${"PATH".padEnd(30)} AUTH`);
  expect(rule).toMatch(/^-{8} -{30} -+$/);
  expect(rows).toContain(`${"POST".padEnd(8)} ${"/v2/notes".padEnd(30)} admin, member`);
  expect(rows).toContain(`${"GET".padEnd(8)} ${"/v1/posts/:id".padEnd(30)} public`);
  expect(rows).toHaveLength(10);
});

test("routes are JSON for programs", async () => {
  await using directory = await projectDirectory(FILES);
  const { stdout } = await run(["routes", "--json"], { directory: directory.path });
  expect(JSON.parse(stdout)).toContainEqual({
    method: "POST",
    path: "/v2/notes",
    auth: "admin, member",
    resource: "notes",
    version: 2,
    action: "create",
  });
});

test("routes of a broken project are its mistakes, and end with 2", async () => {
  await using directory = await projectDirectory({ ...PROJECT, "resources/posts.yaml": `${POSTS}oops: 1\n` });
  const { exitCode, stdout, stderr } = await run(["routes"], { directory: directory.path });
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toContain("unknown field `oops`");
});
