import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { planInitialMigrations } from "@shaperail/db/migrate";
import { loadResources } from "@shaperail/resource";
import { expect, test } from "vitest";
import { generatedFiles } from "../tools/generated-files.ts";

const blog = fileURLToPath(new URL("..", import.meta.url));

test.each(generatedFiles())("$path is what tools/generate.ts writes", async ({ path, contents }) => {
  // Not toBe: on a difference it would print three megabytes.
  expect((await readFile(join(blog, path), "utf8")) === contents, `${path} is stale`).toBe(true);
});

test("every table has its migration", async () => {
  const { resources } = await loadResources(join(blog, "resources"), { databases: ["default"] });
  const existingFiles = await readdir(join(blog, "migrations"));
  expect(planInitialMigrations({ tables: resources, existingFiles, auth: true, events: true }).files).toEqual([]);
});

test("the resources have neither mistakes nor warnings", async () => {
  expect((await loadResources(join(blog, "resources"), { databases: ["default"] })).diagnostics).toEqual([]);
});

test("there are at least 1,000 posts and 10,000 comments", async () => {
  const count = async (table: string): Promise<number> =>
    (await readFile(join(blog, `seeds/${table}.yaml`), "utf8")).match(/^- /gm)?.length ?? 0;
  expect(await count("posts")).toBeGreaterThanOrEqual(1_000);
  expect(await count("comments")).toBeGreaterThanOrEqual(10_000);
});
