import { readFile, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "@shaperail/test-services";
import { expect, test } from "vitest";
import { POSTS, PROJECT, projectDirectory, spawnCommand } from "../command.test-kit.ts";

const WITH_CONTROLLER = POSTS.replace(
  "  create: { auth: public }",
  "  create: { auth: public, controller: { before: tidy } }",
);

const TIDY = `import type { PostsCreateContext } from "../.shaperail/types.ts";

export async function tidy({ input, db }: PostsCreateContext): Promise<void> {
  const { count } = await db.selectFrom("posts").select(({ fn }) => fn.countAll<string>().as("count")).executeTakeFirstOrThrow();
  input.title = \`\${input.title?.trim()} \${count}\`;
}
`;

test("generate writes a stub that the server loads, refuses with, and replaces when it is written", async () => {
  await using directory = await projectDirectory({ ...PROJECT, "resources/posts.yaml": WITH_CONTROLLER });
  const cwd = directory.path;
  const port = String(await freePort());
  const create = async (): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}/v1/posts`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ title: "  hello " }),
    });
  const generated = await spawnCommand(["generate"], { cwd }).ended;
  expect(generated.stdout).toContain("Generated resources/posts.controller.ts\n");

  const { child, says, ended } = spawnCommand(["serve", "--port", port], { cwd });
  await says("is ready after");
  expect((await create()).status).toBe(500);

  await writeFile(join(cwd, "resources/posts.controller.ts"), TIDY);
  await says("Reloaded in");
  const answer = await create();
  expect(answer.status).toBe(201);
  expect(await answer.json()).toMatchObject({ data: { title: "hello 0" } });
  child.kill("SIGTERM");
  expect((await ended).exitCode).toBe(0);
});

test("serve keeps the types up to date, and leaves stubs to generate", async () => {
  await using directory = await projectDirectory(PROJECT);
  const cwd = directory.path;
  const types = (): Promise<string> => readFile(join(cwd, ".shaperail/types.ts"), "utf8");
  const { child, says, ended } = spawnCommand(["serve", "--port", "0"], { cwd });
  await says("is ready after");
  expect(await types()).toContain("views: number | bigint;");
  await writeFile(
    join(cwd, "resources/posts.yaml"),
    WITH_CONTROLLER.replace("views: { type: integer", "views: { type: integer, min: 0, max: 9"),
  );
  await expect.poll(types, { timeout: 20_000 }).toContain("views: number;");
  // It names a function that nobody has written: the last version goes on serving.
  await says("Not reloaded");
  expect(existsSync(join(cwd, "resources/posts.controller.ts"))).toBe(false);
  child.kill("SIGTERM");
  await ended;
});
