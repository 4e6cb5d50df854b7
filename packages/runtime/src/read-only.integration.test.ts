import { startPostgres } from "@shaperail/test-services";
import { expect, onTestFinished, test } from "vitest";
import { execute, resource, startProject, titled } from "./running-project.test-kit.ts";

const FILES = {
  "shaperail.config.yaml": "project: my-app\nport: ${SHAPERAIL_PORT:3000}\n",
  "resources/posts.yaml": resource("posts").replace(
    "  create: {",
    "  bulk_create: { method: POST, path: /posts/bulk, auth: public, input: [title] }\n  create: {",
  ),
};
const READ_ONLY_FILES = {
  ...FILES,
  "resources/posts.yaml": FILES["resources/posts.yaml"].replace(/ {2}(bulk_)?create: .*\n/g, ""),
};

test("on a server that accepts no writes, readiness is 503 with the code and nothing else, writes are 503, reads go on", async () => {
  const server = await startPostgres();
  onTestFinished(() => server.close());
  await execute(server.url, [titled("posts")]);
  const { call } = await startProject(FILES, { DATABASE_URL: server.url });
  const reader = await startProject(READ_ONLY_FILES, { DATABASE_URL: server.url });
  expect(await call("/health/ready")).toMatchObject({ status: 200 });

  await execute(server.url, ["alter system set default_transaction_read_only = on", "select pg_reload_conf()"]);
  const ready = async (): Promise<unknown> => (await call("/health/ready")).json;
  await expect.poll(ready, { timeout: 10_000 }).toEqual({
    status: "degraded",
    checks: { database: { status: "error", message: "DB_READ_ONLY" } },
  });
  const write = await call("/v1/posts", { method: "POST", body: { title: "x" } });
  expect(write).toMatchObject({ status: 503, json: { error: { code: "SERVICE_UNAVAILABLE" } } });
  expect(write.headers.get("retry-after")).toBe("1");
  expect(await call("/v1/posts")).toMatchObject({ status: 200 });
  // Whoever only reads is as ready on a replica as elsewhere.
  expect(await reader.call("/health/ready")).toMatchObject({ status: 200 });

  await execute(server.url, ["alter system reset default_transaction_read_only", "select pg_reload_conf()"]);
  await expect.poll(async () => (await call("/health/ready")).status, { timeout: 10_000 }).toBe(200);
  expect(await call("/v1/posts", { method: "POST", body: { title: "x" } })).toMatchObject({ status: 201 });
});

test("on a full disk a write is 503, and nothing of a bulk is left behind", async () => {
  const server = await startPostgres();
  onTestFinished(() => server.close());
  await execute(server.url, [
    titled("posts"),
    // The server reports a full disk with this state; the third row of a statement is where it happens here.
    `create function fill_disk() returns trigger language plpgsql as $$ begin
      if new.title = 'third' then raise exception 'could not extend file' using errcode = 'disk_full'; end if;
      return new; end $$`,
    "create trigger fill_disk before insert on posts for each row execute function fill_disk()",
  ]);
  const { call } = await startProject(FILES, { DATABASE_URL: server.url });
  const body = [{ title: "first" }, { title: "second" }, { title: "third" }];
  const bulk = await call("/v1/posts/bulk", { method: "POST", body });
  expect(bulk).toMatchObject({ status: 503, json: { error: { code: "SERVICE_UNAVAILABLE" } } });
  expect(JSON.stringify(bulk.json)).not.toContain("extend file");
  expect((await call("/v1/posts")).json.data).toEqual([]);
});
