import { once } from "node:events";
import { readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { freePort, createTestDatabase } from "@shaperail/test-services";
import { CONFIG, PROJECT, projectDirectory, type Spawned, spawnCommand, POSTS } from "../command.test-kit.ts";
import { readLockFile } from "../postgres/lock-file.ts";

/** Makes creating a post named `slow` take a second and a half. */
const SLOW = `create function wait_when_slow() returns trigger language plpgsql as
$$ begin if new.title = 'slow' then perform pg_sleep(1.5); end if; return new; end $$;
create trigger slow before insert on posts for each row execute function wait_when_slow();
`;

interface Served extends AsyncDisposable, Spawned {
  readonly path: string;
  readonly url: string;
}

/** Serves a project of its own on the embedded PostgreSQL, until disposed. */
async function serve(files: Readonly<Record<string, string>> = {}, ...words: string[]): Promise<Served> {
  const directory = await projectDirectory({ ...PROJECT, ...files });
  const port = await freePort();
  const spawned = spawnCommand(["serve", "--port", String(port), ...words], { cwd: directory.path });
  await spawned.says("is ready after");
  return {
    ...spawned,
    path: directory.path,
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      spawned.child.kill("SIGTERM");
      await spawned.ended;
      await directory.close();
    },
  };
}

function post(url: string, body: unknown): Promise<Response> {
  return fetch(`${url}/v1/posts`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

const isRunning = async (path: string): Promise<boolean> =>
  (await readLockFile(join(path, ".shaperail", "postgres", "cluster", "data"))) !== undefined;

const answers = async (url: string): Promise<boolean> =>
  fetch(`${url}/health`).then(
    () => true,
    () => false,
  );

test("on a machine without PostgreSQL a new project creates, reads, lists two pages, updates and deletes, then ends with 0", async () => {
  await using served = await serve();
  const { url } = served;
  expect(served.output().stderr).toContain("started the embedded PostgreSQL 18");
  expect(served.output().stderr).toMatch(/Generated migrations\/0001_create_posts\.up\.sql/);
  expect(served.output().stderr).toContain(`/v1/posts`);

  const created = await Promise.all(["a", "b", "c"].map((title) => post(url, { title })));
  expect(created.map(({ status }) => status)).toEqual([201, 201, 201]);
  const [{ data }] = (await Promise.all(created.map((response) => response.json()))) as [{ data: { id: string } }];
  const one = `${url}/v1/posts/${data.id}`;
  expect(await (await fetch(one)).json()).toMatchObject({ data: { title: "a", views: 0 } });

  interface Page {
    readonly data: readonly { readonly id: string }[];
    readonly meta: { readonly cursor: string | null; readonly has_more: boolean };
  }
  const first = (await (await fetch(`${url}/v1/posts?limit=2`)).json()) as Page;
  expect(first.meta.has_more).toBe(true);
  const after = encodeURIComponent(first.meta.cursor ?? "");
  const second = (await (await fetch(`${url}/v1/posts?limit=2&after=${after}`)).json()) as Page;
  expect(second.meta).toMatchObject({ cursor: null, has_more: false });
  expect(new Set([...first.data, ...second.data].map(({ id }) => id)).size).toBe(3);

  const update = { method: "PATCH", headers: { "content-type": "application/json" }, body: '{"title":"new"}' };
  expect(await (await fetch(one, update)).json()).toMatchObject({ data: { title: "new" } });
  expect((await fetch(one, { method: "DELETE" })).status).toBe(204);
  expect((await fetch(one)).status).toBe(404);

  served.child.kill("SIGTERM");
  expect((await served.ended).exitCode).toBe(0);
  expect(await isRunning(served.path)).toBe(false);
});

describe("a stop", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("by %s lets a slow request finish, and ends with 0", async (signal) => {
    await using served = await serve({
      "migrations/0001_create_posts.up.sql": `create table posts (id uuid primary key default gen_random_uuid(), title varchar(200) not null, views bigint default 0);\n`,
      "migrations/0002_slow.up.sql": SLOW,
    });
    const slow = post(served.url, { title: "slow" });
    await sleep(300);
    served.child.kill(signal);
    expect((await slow).status).toBe(201);
    expect((await served.ended).exitCode).toBe(0);
    expect(await isRunning(served.path)).toBe(false);
  });

  test("that is asked for twice does not wait", async () => {
    await using served = await serve({
      "migrations/0001_create_posts.up.sql": `create table posts (id uuid primary key default gen_random_uuid(), title varchar(200) not null, views bigint default 0);\n`,
      "migrations/0002_slow.up.sql": SLOW.replace("1.5", "20"),
    });
    const slow = post(served.url, { title: "slow" }).catch(() => "cut");
    await sleep(300);
    served.child.kill("SIGTERM");
    // What comes at once is the same request, told twice: by a terminal and by npx, say.
    served.child.kill("SIGINT");
    await sleep(500);
    expect(served.child.exitCode).toBeNull();
    const askedAgainAt = performance.now();
    served.child.kill("SIGTERM");
    expect((await served.ended).exitCode).toBe(143);
    expect(performance.now() - askedAgainAt).toBeLessThan(1_000);
    expect(await slow).toBe("cut");
    await expect.poll(() => isRunning(served.path), { timeout: 10_000 }).toBe(false);
  });

  test("while it is starting takes less than a second", async () => {
    await using directory = await projectDirectory(PROJECT);
    // A server that accepts connections and says nothing: the start waits for it.
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const address = silent.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    for (const mode of ["development", "production"]) {
      const env = { DATABASE_URL: `postgresql://u:p@127.0.0.1:${port}/app`, NODE_ENV: mode };
      const spawned = spawnCommand(["serve"], { cwd: directory.path, env });
      await sleep(700);
      const stoppedAt = performance.now();
      spawned.child.kill("SIGTERM");
      await spawned.ended;
      expect(performance.now() - stoppedAt).toBeLessThan(1_000);
    }
    silent.close();
  });

  test("by SIGKILL leaves neither a server nor a database behind", async () => {
    await using served = await serve();
    served.child.kill("SIGKILL");
    await expect
      .poll(async () => (await answers(served.url)) || (await isRunning(served.path)), { timeout: 10_000 })
      .toBe(false);
  });
});

describe("a saved file", () => {
  const resource = "resources/posts.yaml";

  test("reloads the server in about a second, a broken one is shown while the last valid version goes on, and a mended one is taken", async () => {
    await using served = await serve();
    const edit = async (from: string, to: string): Promise<void> => {
      const file = join(served.path, resource);
      await writeFile(file, (await readFile(file, "utf8")).replace(from, to));
    };
    const titleLimit = async (): Promise<number> => (await post(served.url, { title: "x".repeat(50) })).status;
    expect(await titleLimit()).toBe(201);

    const savedAt = performance.now();
    await edit("max: 200", "max: 20");
    await expect.poll(titleLimit, { timeout: 5_000, interval: 20 }).toBe(422);
    // 0.5 s on an idle machine; the suite shares this one.
    expect(performance.now() - savedAt).toBeLessThan(3_000);

    await edit("max: 20", "max: oops");
    await served.says("Not reloaded");
    expect(served.output().stderr).toContain("found the text `oops`");
    expect(served.output().stderr).not.toContain("'DATABASE_URL'");
    expect(await titleLimit()).toBe(422);

    await edit("max: oops", "max: 100");
    await expect.poll(titleLimit, { timeout: 5_000, interval: 20 }).toBe(201);
  });

  test("may be a new resource: its table is created before it is served", async () => {
    await using served = await serve();
    await writeFile(join(served.path, "resources/notes.yaml"), POSTS.replaceAll("posts", "notes"));
    await expect.poll(() => served.output().stderr, { timeout: 20_000 }).toMatch(/Applied \d+_create_notes\.up\.sql/);
    await expect
      .poll(async () => (await fetch(`${served.url}/v1/notes`).catch(() => undefined))?.status, { timeout: 20_000 })
      .toBe(200);
    await rm(join(served.path, "resources/notes.yaml"));
    await expect
      .poll(async () => (await fetch(`${served.url}/v1/notes`).catch(() => undefined))?.status, { timeout: 20_000 })
      .toBe(404);
  });

  test("may be a controller: one that cannot be imported, or lacks its function, leaves the last valid version serving", async () => {
    await using served = await serve();
    const controller = join(served.path, "resources/posts.controller.ts");
    await writeFile(controller, "export const shout = (;\n");
    await writeFile(
      join(served.path, resource),
      POSTS.replace("create: { auth: public }", "create: { auth: public, controller: { before: shout } }"),
    );
    await served.says("Not reloaded");
    expect(served.output().stderr).toContain("RUNTIME_MODULE_FAILED");
    expect((await post(served.url, { title: "quiet" })).status).toBe(201);
    await writeFile(controller, "export function whisper(): void {}\n");
    await expect.poll(() => served.output().stderr, { timeout: 20_000 }).toContain("REST_FUNCTION_MISSING");
    expect((await post(served.url, { title: "still quiet" })).status).toBe(201);
    await writeFile(
      controller,
      "export function shout(context: { input: { title: string } }): void {\n" +
        "  context.input.title = context.input.title.toUpperCase();\n}\n",
    );
    const title = async (): Promise<string> => {
      const response = await post(served.url, { title: "loud" });
      return ((await response.json()) as { data: { title: string } }).data.title;
    };
    await expect.poll(() => title().catch(() => ""), { timeout: 20_000 }).toBe("LOUD");
  });

  test("that is saved without a change reloads nothing", async () => {
    await using served = await serve();
    const file = join(served.path, resource);
    await writeFile(file, await readFile(file, "utf8"));
    await sleep(500);
    expect(served.output().stderr).not.toContain("Reloaded");
  });
});

test("--seed loads the seeds of a new project once", async () => {
  const seeds = { "seeds/posts.yaml": "- title: One\n- title: Two\n" };
  await using served = await serve(seeds, "--seed");
  expect(served.output().stderr).toContain("posts: 2 record(s) inserted");
  const { data } = (await (await fetch(`${served.url}/v1/posts`)).json()) as { data: unknown[] };
  expect(data).toHaveLength(2);
});

test("a command beside a running server uses the same database", async () => {
  await using served = await serve();
  const { exitCode, stdout, stderr } = await spawnCommand(["migrate", "--status"], { cwd: served.path }).ended;
  expect(exitCode).toBe(0);
  expect(stdout).toContain("applied  0001_create_posts.up.sql");
  expect(stderr).toContain("joined the embedded PostgreSQL 18");
  expect((await fetch(`${served.url}/v1/posts`)).status).toBe(200);
});

test("a port in use ends it with 1, and says which key and which variable set it", async () => {
  await using served = await serve();
  await using directory = await projectDirectory(PROJECT);
  const words = ["serve", "--port", new URL(served.url).port];
  const { exitCode, stderr } = await spawnCommand(words, { cwd: directory.path }).ended;
  expect(exitCode).toBe(1);
  expect(stderr).toContain("HTTP_PORT_IN_USE");
  expect(stderr).toContain("`port:` in shaperail.config.yaml");
  expect(stderr).toContain("SHAPERAIL_PORT");
});

describe("in production", () => {
  test("it is the plain server: it neither migrates, nor watches, nor keeps state, and drains on SIGTERM", async () => {
    await using directory = await projectDirectory({ ...PROJECT, "shaperail.config.yaml": `${CONFIG}workers: 1\n` });
    await using database = await createTestDatabase();
    const port = await freePort();
    const env = { NODE_ENV: "production", DATABASE_URL: database.url, SHAPERAIL_PORT: String(port) };
    const spawned = spawnCommand(["serve"], { cwd: directory.path, env });
    const url = `http://127.0.0.1:${port}`;
    await expect.poll(() => answers(url), { timeout: 20_000 }).toBe(true);
    // No table: nobody has migrated.
    expect((await fetch(`${url}/v1/posts`)).status).toBeGreaterThanOrEqual(500);
    await writeFile(join(directory.path, "resources/posts.yaml"), "broken: [");
    await sleep(300);
    expect(spawned.output().stderr).toBe("");
    spawned.child.kill("SIGTERM");
    expect((await spawned.ended).exitCode).toBe(0);
  });
});
