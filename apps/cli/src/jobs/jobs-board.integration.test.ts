import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { loadProject } from "@shaperail/runtime";
import { createQueue } from "@shaperail/jobs";
import { startRedis } from "@shaperail/test-services";
import { expect, test } from "vitest";
import { PROJECT, projectDirectory } from "../command.test-kit.ts";
import { createJobsBoard } from "./jobs-board.ts";

interface Shown extends AsyncDisposable {
  readonly url: string;
}

/** A server that has the board and nothing else. */
async function show(redisUrl: string): Promise<Shown> {
  const directory = await projectDirectory(PROJECT);
  const env = { DATABASE_URL: "postgresql://127.0.0.1:1/app", REDIS_URL: redisUrl };
  const board = createJobsBoard(await loadProject({ directory: directory.path, env }));
  const server = createServer((request, response) =>
    board.handle(request, response, () => response.writeHead(404).end("passed on")),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      await board.close();
      server.closeAllConnections();
      server.close();
      await directory.close();
    },
  };
}

test("the board shows the jobs of a Redis, and passes on what is not its own", async () => {
  await using redis = await startRedis();
  await using queue = createQueue({ backend: { kind: "redis", url: redis.url } });
  await queue.add("greet", { to: "ann" });
  await using shown = await show(redis.url);
  const page = await fetch(`${shown.url}/_shaperail/jobs/queue/jobs`);
  expect(page.status).toBe(200);
  expect(page.headers.get("content-security-policy")).toContain("default-src 'self'");
  const answer = await fetch(`${shown.url}/_shaperail/jobs/api/queues?activeQueue=jobs&status=prioritized`);
  expect(await answer.json()).toMatchObject({ queues: [{ jobs: [{ name: "greet" }] }] });
  expect((await fetch(`${shown.url}/_shaperail/other`)).status).toBe(404);
});

test("a queue that is down is said, and shown when it is back", async () => {
  await using redis = await startRedis();
  await redis.stop();
  await using shown = await show(redis.url);
  const look = (): Promise<Response> => fetch(`${shown.url}/_shaperail/jobs`);
  const down = await look();
  expect([down.status, await down.text()]).toEqual([503, expect.stringMatching(/^The jobs cannot be shown: /)]);
  await redis.start();
  await expect.poll(async () => (await look()).status, { timeout: 20_000 }).toBe(200);
});
