import { request } from "node:http";
import { createDatabase } from "@shaperail/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seededDatabase, type ServeProcess, spawnServe } from "./blog.test-kit.ts";

let database: Awaited<ReturnType<typeof seededDatabase>>;
beforeAll(async () => {
  database = await seededDatabase();
});
afterAll(() => database.close());

async function serve(): Promise<ServeProcess> {
  return spawnServe([], { env: { NODE_ENV: "production", DATABASE_URL: database.url } });
}

async function firstId(url: string, path: string): Promise<string> {
  const { data } = (await (await fetch(`${url}${path}?limit=1`)).json()) as { data: [{ id: string }] };
  return data[0].id;
}

/** Refuses new connections: the signal has been acted on. */
async function hasStoppedListening(url: string): Promise<boolean> {
  return fetch(`${url}/health`, { headers: { connection: "close" } }).then(
    () => false,
    () => true,
  );
}

test("SIGTERM while a body is still arriving: the request is answered 201 and the process ends with 0", async () => {
  const server = await serve();
  const author_id = await firstId(server.url, "/v1/authors");
  const text = JSON.stringify({ author_id, slug: "slowly", title: "Slowly", body: "Sent in two halves." });
  const headers = { "content-type": "application/json", "content-length": text.length };
  const slow = request(`${server.url}/v1/posts`, { method: "POST", headers });
  const answered = new Promise<number | undefined>((resolve, reject) => {
    slow.on("response", (response) => resolve(response.resume().statusCode)).on("error", reject);
  });
  slow.write(text.slice(0, 20));
  await expect.poll(() => slow.socket?.bytesWritten ?? 0).toBeGreaterThan(20);
  // The second request is answered after the first has arrived, since both come in by the same loop.
  await fetch(`${server.url}/health`);
  server.kill("SIGTERM");
  await expect.poll(() => hasStoppedListening(server.url), { timeout: 10_000 }).toBe(true);
  slow.end(text.slice(20));
  expect(await answered).toBe(201);
  expect(await server.ended).toEqual([0, null]);
});

test("SIGTERM while a statement waits for a lock: the request is answered 200 and the process ends with 0", async () => {
  const server = await serve();
  const id = await firstId(server.url, "/v1/posts");
  await using other = createDatabase({ url: database.url, poolSize: 2 });
  const release = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<void>();
  const holder = other.transaction(async (transaction) => {
    await transaction.run({ name: "lock", text: "select from posts where id = $1 for update" }, [id]);
    locked.resolve();
    await release.promise;
  });
  await locked.promise;
  const answer = fetch(`${server.url}/v1/posts/${id}`, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ title: "Changed at the last moment" }),
  });
  const waiting = { name: "waiting", text: "select count(*) from pg_locks where not granted" };
  await expect.poll(async () => (await other.run(waiting, [])).rows[0]?.[0]).toBe("1");
  server.kill("SIGTERM");
  await expect.poll(() => hasStoppedListening(server.url), { timeout: 10_000 }).toBe(true);
  release.resolve();
  await holder;
  expect((await answer).status).toBe(200);
  expect(await server.ended).toEqual([0, null]);
});
