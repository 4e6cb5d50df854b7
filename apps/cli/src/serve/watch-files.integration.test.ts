import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { PROJECT, projectDirectory } from "../command.test-kit.ts";
import { watchFiles } from "./watch-files.ts";

test("a burst of writes is one change; what is not part of the project is none", async () => {
  await using directory = await projectDirectory(PROJECT);
  let changes = 0;
  await using _watcher = await watchFiles({ directory: directory.path, onChange: () => (changes += 1) });
  for (let n = 0; n < 5; n += 1) await writeFile(join(directory.path, "resources/posts.yaml"), `a: ${n}\n`);
  await expect.poll(() => changes).toBe(1);
  await writeFile(join(directory.path, "notes.txt"), "x");
  await sleep(200);
  expect(changes).toBe(1);
});

test("a file that an editor replaces, one that appears and `.env` are changes", async () => {
  await using directory = await projectDirectory(PROJECT);
  let changes = 0;
  await using _watcher = await watchFiles({ directory: directory.path, onChange: () => (changes += 1) });
  await writeFile(join(directory.path, "swap"), "project: other\n");
  await rename(join(directory.path, "swap"), join(directory.path, "shaperail.config.yaml"));
  await expect.poll(() => changes).toBe(1);
  await writeFile(join(directory.path, "resources/new.yaml"), "a: 1\n");
  await expect.poll(() => changes).toBe(2);
  await writeFile(join(directory.path, ".env"), "A=1\n");
  await expect.poll(() => changes).toBe(3);
});

test("what is saved right after watching began is a change, also many times over; a name with a dot in front is none", async () => {
  for (let n = 0; n < 20; n += 1) {
    await using directory = await projectDirectory(PROJECT);
    let changes = 0;
    await using _watcher = await watchFiles({ directory: directory.path, onChange: () => (changes += 1) });
    await writeFile(join(directory.path, "resources/.notes.yaml.swp"), "a: 1\n");
    await writeFile(join(directory.path, "resources/notes.yaml"), "a: 1\n");
    await expect.poll(() => changes).toBe(1);
  }
});

test.each(["jobs", "hooks", "auth"])(
  "code in %s/ is part of the project, also when the folder is made meanwhile, and again",
  async (folder) => {
    await using directory = await projectDirectory(PROJECT);
    let changes = 0;
    await using _watcher = await watchFiles({ directory: directory.path, onChange: () => (changes += 1) });
    for (let round = 1; round <= 2; round += 1) {
      await mkdir(join(directory.path, folder));
      await writeFile(join(directory.path, folder, "tell.ts"), `${round}\n`);
      await expect.poll(() => changes).toBe(3 * round - 2);
      await writeFile(join(directory.path, folder, "tell.ts"), `${round} again\n`);
      await expect.poll(() => changes).toBe(3 * round - 1);
      await rm(join(directory.path, folder), { recursive: true });
      await expect.poll(() => changes).toBe(3 * round);
    }
  },
);
