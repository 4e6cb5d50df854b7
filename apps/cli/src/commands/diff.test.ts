import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { POSTS, PROJECT, projectDirectory, run } from "../command.test-kit.ts";

test("diff shows new files and ends with 0", async () => {
  await using directory = await projectDirectory(PROJECT);
  const { exitCode, stdout } = await run(["diff"], { directory: directory.path });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^--- \/dev\/null\n\+\+\+ b\/\.shaperail\/types\.ts\n\+\d+ -0 line\(s\), new file$/m);
});

test("diff counts the lines that change", async () => {
  await using directory = await projectDirectory(PROJECT);
  await run(["generate"], { directory: directory.path });
  // The column, the row and the input of create and update.
  await writeFile(join(directory.path, "resources/posts.yaml"), POSTS.replace("views:", "visits:"));
  const { stdout } = await run(["diff"], { directory: directory.path });
  expect(stdout).toBe("--- a/.shaperail/types.ts\n+++ b/.shaperail/types.ts\n+4 -4 line(s)\n");
  const { stdout: json } = await run(["diff", "--json"], { directory: directory.path });
  expect(JSON.parse(json)).toEqual([{ path: ".shaperail/types.ts", status: "changed", added: 4, removed: 4 }]);
});

test("diff writes nothing, and says when there is nothing to write", async () => {
  await using directory = await projectDirectory(PROJECT);
  await run(["diff"], { directory: directory.path });
  expect((await run(["generate", "--check"], { directory: directory.path })).exitCode).toBe(3);
  await run(["generate"], { directory: directory.path });
  const { exitCode, stdout } = await run(["diff"], { directory: directory.path });
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "No changes: everything generated is up to date.\n" });
  expect((await run(["diff", "--json"], { directory: directory.path })).stdout).toBe("[]\n");
});
