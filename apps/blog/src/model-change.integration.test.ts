import { basename } from "node:path";
import { createTestDatabase } from "@shaperail/test-services";
import { expect, onTestFinished, test } from "vitest";
import { shaperail, spawnServe } from "./blog.test-kit.ts";
import { addAuthor, copyOfBlog, edit, useWithoutPause } from "./deployment.test-kit.ts";

test("a change of the model reaches the database without handwritten SQL, and the old version serves without a failed request", async () => {
  const database = await createTestDatabase();
  onTestFinished(() => database.close());
  const env = { DATABASE_URL: database.url };
  const production = { ...env, NODE_ENV: "production" };
  await shaperail(["migrate"], { env });
  const old = await spawnServe([], { env: production });
  onTestFinished(() => old.kill("SIGKILL"));
  const post = async (url: string, path: string, body: object): Promise<{ data: Record<string, unknown> }> => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
    expect(response.status).toBe(201);
    return (await response.json()) as { data: Record<string, unknown> };
  };
  const authorId = await addAuthor(database.url);
  const stop = useWithoutPause(old.url, { authorId, name: "old" });

  const directory = await copyOfBlog();
  await edit(directory, "resources/posts.yaml", [
    [
      "  editor_note:",
      "  subtitle: { type: string, max: 80, nullable: true }\n  priority: { type: integer, min: 0, max: 9, default: 3 }\n  editor_note:",
    ],
    ["values: [draft, published, archived]", "values: [draft, published, archived, hidden]"],
    ["    filters: [status,", "    filters: [priority, status,"],
  ]);
  const drafted = await shaperail(["migrate", "new", "add_priority"], { env, directory });
  expect(drafted.match(/[\w.]+\.up\.sql/g)?.map((file) => basename(file))).toEqual([
    "0013_add_priority.up.sql",
    "0014_add_priority_validate.up.sql",
  ]);
  expect(await shaperail(["migrate", "check"], { env, directory })).toBe("✓ nothing found\n");
  await expect(spawnServe([], { env: production, directory })).rejects.toThrow("RUNTIME_MIGRATIONS_PENDING");
  expect(await shaperail(["migrate"], { env, directory })).toContain("Applied 0014_add_priority_validate.up.sql");

  const next = await spawnServe([], { env: production, directory });
  onTestFinished(() => next.kill("SIGKILL"));
  const hidden = { author_id: authorId, slug: "new-one", title: "N", body: "B", status: "hidden", subtitle: "S" };
  expect((await post(next.url, "/v1/posts", hidden)).data).toMatchObject({ priority: 3, status: "hidden" });
  const { failed, count } = await stop();
  expect(failed).toEqual([]);
  expect(count).toBeGreaterThan(20);
  expect(await shaperail(["migrate", "new", "again"], { env, directory })).toContain("Nothing to draft");
});
