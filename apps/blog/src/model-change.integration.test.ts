import { cp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { createDatabase } from "@shaperail/db";
import { createTestDatabase, temporaryDirectory } from "@shaperail/test-services";
import { expect, onTestFinished, test } from "vitest";
import { BLOG, shaperail, spawnServe } from "./blog.test-kit.ts";

/** The application without its seeds, to change. */
async function copyOfBlog(): Promise<string> {
  const directory = await temporaryDirectory("model-change");
  onTestFinished(() => directory.close());
  const copied = ["resources", "migrations", "shaperail.config.yaml", "package.json"];
  for (const name of copied) await cp(join(BLOG, name), join(directory.path, name), { recursive: true });
  await rm(join(directory.path, "node_modules"), { force: true, recursive: true });
  await symlink(join(BLOG, "node_modules"), join(directory.path, "node_modules"));
  return directory.path;
}

async function edit(directory: string, file: string, changes: readonly (readonly [string, string])[]): Promise<void> {
  const path = join(directory, file);
  let text = await readFile(path, "utf8");
  for (const [from, to] of changes) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  await writeFile(path, text);
}

/** Reads and writes without pause until it is stopped; returns what was not answered as it should. */
function useWithoutPause(url: string, authorId: string): () => Promise<{ failed: string[]; count: number }> {
  const failed: string[] = [];
  let count = 0;
  let stopped = false;
  const client = async (id: number): Promise<void> => {
    while (!stopped) {
      count += 1;
      const body = JSON.stringify({ author_id: authorId, slug: `s-${id}-${count}`, title: "T", body: "B" });
      const headers = { "content-type": "application/json" };
      const write = await fetch(`${url}/v1/posts`, { method: "POST", headers, body });
      if (write.status !== 201) failed.push(`${write.status} ${await write.text()}`);
      const read = await fetch(`${url}/v1/posts?limit=5`);
      if (read.status !== 200) failed.push(`${read.status} ${await read.text()}`);
    }
  };
  const clients = [1, 2, 3].map(client);
  return async () => {
    stopped = true;
    await Promise.all(clients);
    return { failed, count };
  };
}

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
  await using rows = createDatabase({ url: database.url, poolSize: 1 });
  const text =
    "insert into authors (handle, name, email, joined_on) values ('ann', 'Ann', 'ann@example.com', '2026-01-01') returning id";
  const authorId = String((await rows.run({ name: "author", text }, [])).rows[0]?.[0]);
  const stop = useWithoutPause(old.url, authorId);

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
    "0007_add_priority.up.sql",
    "0008_add_priority_validate.up.sql",
  ]);
  await expect(spawnServe([], { env: production, directory })).rejects.toThrow("RUNTIME_MIGRATIONS_PENDING");
  expect(await shaperail(["migrate"], { env, directory })).toContain("Applied 0008_add_priority_validate.up.sql");

  const next = await spawnServe([], { env: production, directory });
  onTestFinished(() => next.kill("SIGKILL"));
  const hidden = { author_id: authorId, slug: "new-one", title: "N", body: "B", status: "hidden", subtitle: "S" };
  expect((await post(next.url, "/v1/posts", hidden)).data).toMatchObject({ priority: 3, status: "hidden" });
  const { failed, count } = await stop();
  expect(failed).toEqual([]);
  expect(count).toBeGreaterThan(20);
  expect(await shaperail(["migrate", "new", "again"], { env, directory })).toContain("Nothing to draft");
});
