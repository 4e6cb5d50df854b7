import { cp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createDatabase } from "@shaperail/db";
import { temporaryDirectory } from "@shaperail/test-services";
import { expect, onTestFinished } from "vitest";
import { BLOG } from "./blog.test-kit.ts";

/** The application without its seeds, to change. It is gone when the test is over. */
export async function copyOfBlog(): Promise<string> {
  const directory = await temporaryDirectory("model-change");
  onTestFinished(() => directory.close());
  const copied = ["resources", "jobs", "hooks", "migrations", "shaperail.config.yaml", "package.json"];
  for (const name of copied) await cp(join(BLOG, name), join(directory.path, name), { recursive: true });
  await rm(join(directory.path, "node_modules"), { force: true, recursive: true });
  await symlink(join(BLOG, "node_modules"), join(directory.path, "node_modules"));
  return directory.path;
}

/** Replaces texts of a file, each of which must be there. */
export async function edit(
  directory: string,
  file: string,
  changes: readonly (readonly [string, string])[],
): Promise<void> {
  const path = join(directory, file);
  let text = await readFile(path, "utf8");
  for (const [from, to] of changes) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  await writeFile(path, text);
}

/** Inserts somebody who can write posts. */
export async function addAuthor(databaseUrl: string): Promise<string> {
  await using rows = createDatabase({ url: databaseUrl, poolSize: 1 });
  const text =
    "insert into authors (handle, name, email, joined_on) values ('ann', 'Ann', 'ann@example.com', '2026-01-01') returning id";
  return String((await rows.run({ name: "author", text }, [])).rows[0]?.[0]);
}

export interface UseOptions {
  readonly authorId: string;
  /** Part of every slug, so that two clients never write the same one. */
  readonly name: string;
  /** What else a post of this version has. @default {} */
  readonly also?: Readonly<Record<string, unknown>>;
}

/** Reads and writes posts without pause until it is stopped; returns what was not answered as it should. */
export function useWithoutPause(
  url: string,
  { authorId, name, also = {} }: UseOptions,
): () => Promise<{ failed: string[]; count: number }> {
  const failed: string[] = [];
  let count = 0;
  let stopped = false;
  const client = async (id: number): Promise<void> => {
    while (!stopped) {
      count += 1;
      const post = { author_id: authorId, slug: `${name}-${id}-${count}`, title: "T", body: "B", ...also };
      const headers = { "content-type": "application/json" };
      const write = await fetch(`${url}/v1/posts`, { method: "POST", headers, body: JSON.stringify(post) });
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
