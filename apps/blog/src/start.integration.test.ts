import { cp } from "node:fs/promises";
import { basename } from "node:path";
import { temporaryDirectory } from "@shaperail/test-services";
import { expect, onTestFinished, test } from "vitest";
import { BLOG, type ServeProcess, spawnServe } from "./blog.test-kit.ts";

const SKIPPED = ["node_modules", ".shaperail", "src", "tools"];

/** What somebody has who took the directory and nothing else. */
async function copyOfTheBlog(): Promise<string> {
  const { path, close } = await temporaryDirectory("blog");
  onTestFinished(close);
  await cp(BLOG, path, { recursive: true, filter: (source) => !SKIPPED.includes(basename(source)) });
  return path;
}

async function start(directory: string): Promise<ServeProcess> {
  const server = await spawnServe(["--seed"], { directory });
  onTestFinished(async () => {
    server.kill("SIGTERM");
    await server.ended;
  });
  return server;
}

async function total(url: string): Promise<number> {
  const { meta } = (await (await fetch(`${url}/v2/posts?limit=1`)).json()) as { meta: { total: number } };
  return meta.total;
}

test("without any database it starts one, fills it once, says where everything is, and keeps what is written", async () => {
  const directory = await copyOfTheBlog();
  const server = await start(directory);
  expect(await total(server.url)).toBe(1_200);
  await expect.poll(() => server.output()).toContain("blog is ready");
  for (const path of ["/v1/posts", "/v2/posts", "/health", "/health/ready"]) expect(server.output()).toContain(path);
  expect(server.output()).toContain("comments: 10500 record(s) inserted");

  const { data } = (await (await fetch(`${server.url}/v1/posts?limit=1`)).json()) as { data: [{ id: string }] };
  await fetch(`${server.url}/v1/posts/${data[0].id}`, { method: "DELETE" });
  server.kill("SIGTERM");
  expect(await server.ended).toEqual([0, null]);

  const again = await start(directory);
  expect(await total(again.url)).toBe(1_199);
  expect(again.output()).not.toContain("inserted");
});
