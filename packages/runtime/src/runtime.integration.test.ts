import { createDatabase } from "@shaperail/db";
import { createTestDatabase, startPostgres } from "@shaperail/test-services";
import { createLogger } from "@shaperail/logging";
import { expect, onTestFinished, test } from "vitest";
import { createRuntime, loadProject, type ProjectError, type Runtime } from "./index.ts";
import { writeProject } from "./project.test-kit.ts";

// The sample of the guide, section 2.
const GUIDE = `project: my-app
port: \${SHAPERAIL_PORT:3000}
workers: auto
databases:
  default:
    engine: postgres
    url: \${DATABASE_URL}
    pool_size: \${DB_POOL_SIZE:20}
cache:
  type: redis
  url: \${REDIS_URL}
auth:
  provider: jwt
  secret_env: JWT_SECRET
  expiry: 24h
  refresh_expiry: 30d
logging:
  level: info
  format: json
`;
const POSTS = `resource: posts
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
  title: { type: string, required: true }
endpoints:
  list: { auth: public }
  create: { auth: public, input: [title] }
  delete: { auth: [admin] }
`;
const SECRET = "k8Zq2-not-a-placeholder-4fJw9xLmPdRt";

async function start(databaseUrl: string, files: Readonly<Record<string, string>> = {}) {
  const directory = await writeProject({ "shaperail.config.yaml": GUIDE, "resources/posts.yaml": POSTS, ...files });
  const env = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: "redis://:pw@127.0.0.1:1",
    JWT_SECRET: SECRET,
    SHAPERAIL_PORT: "0",
  };
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({ destination: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) });
  const runtime = createRuntime(await loadProject({ directory: directory.path, env }), { logger });
  onTestFinished(async () => {
    await runtime.close().catch(() => undefined);
    await directory.close();
  });
  return { runtime, lines, ...(await runtime.start()) };
}

async function migratedDatabase(): Promise<string> {
  const { url, close } = await createTestDatabase();
  onTestFinished(close);
  await using database = createDatabase({ url, poolSize: 1 });
  const text = "CREATE TABLE posts (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), title text NOT NULL)";
  await database.run({ name: "create", text }, []);
  return url;
}

test("the guide's project answers health, readiness, its endpoints, and the envelope for everything else", async () => {
  const { url } = await start(await migratedDatabase());
  const get = async (path: string, init?: RequestInit) => {
    const response = await fetch(url + path, init);
    return {
      status: response.status,
      body: response.status === 204 ? undefined : ((await response.json()) as unknown),
      response,
    };
  };
  expect(await get("/health")).toMatchObject({ status: 200, body: { status: "ok" } });
  expect((await get("/health/ready")).body).toEqual({ status: "ok", checks: { database: { status: "ok" } } });
  const created = await get("/v1/posts", {
    method: "POST",
    body: '{"title":"x"}',
    headers: { "content-type": "application/json" },
  });
  expect(created.status).toBe(201);
  expect(await get("/v1/posts")).toMatchObject({ status: 200, body: { data: [{ title: "x" }] } });
  const denied = await get("/v1/posts/6f1ed002-ab5b-4d3c-8a58-2f1d1a0b4c11", { method: "DELETE" });
  expect(denied).toMatchObject({ status: 401, body: { error: { code: "UNAUTHORIZED" } } });
  expect(denied.response.headers.get("www-authenticate")).toBe("Bearer");
  expect(await get("/nothing")).toMatchObject({ status: 404, body: { error: { code: "NOT_FOUND", details: null } } });
  const wrong = await get("/v1/posts", { method: "PUT" });
  expect([wrong.status, wrong.response.headers.get("allow")]).toEqual([405, "GET, HEAD, POST, OPTIONS"]);
});

test("the request id comes in, goes out, and stands in the envelope and in the log line worded as in the guide", async () => {
  const { url, lines } = await start(await migratedDatabase());
  const response = await fetch(`${url}/v1/posts?filter[x]=canary-value`, { headers: { "x-request-id": "abc-123" } });
  expect(response.headers.get("x-request-id")).toBe("abc-123");
  expect(await response.json()).toMatchObject({ error: { request_id: "abc-123" } });
  await expect
    .poll(() => lines.find(({ request_id: id }) => id === "abc-123"))
    .toMatchObject({
      level: "INFO",
      target: "shaperail_runtime::handlers",
      message: expect.stringMatching(/^GET \/v1\/posts 422 \d+ms$/),
      path: "/v1/posts",
      status: 422,
      duration_ms: expect.any(Number),
    });
  expect(JSON.stringify(lines)).not.toContain("canary-value");
});

test("the start says the configuration in force, with every secret masked, and what has no effect yet", async () => {
  const { lines } = await start(await migratedDatabase(), { "shaperail.config.yaml": `${GUIDE}graphql: {}\n` });
  const text = JSON.stringify(lines);
  expect(lines.find(({ message }) => message === "starting my-app")).toHaveProperty("configuration.port", 0);
  expect(text).toContain("The section `graphql` of the configuration has no effect yet.");
  expect(text).not.toContain(SECRET);
  expect(text).not.toContain(":pw@");
});

test.each(["DATABASE_URL", "REDIS_URL", "JWT_SECRET"])(
  "without %s the project does not load, and the message names it",
  async (name) => {
    const directory = await writeProject({ "shaperail.config.yaml": GUIDE, "resources/posts.yaml": POSTS });
    onTestFinished(() => directory.close());
    const env = {
      DATABASE_URL: "postgresql://u:p@h/db",
      REDIS_URL: "redis://h",
      JWT_SECRET: SECRET,
      [name]: undefined,
    };
    await expect(loadProject({ directory: directory.path, env })).rejects.toThrow(name);
  },
);

test("mistakes of the configuration and of every resource are reported at once", async () => {
  const directory = await writeProject({
    "shaperail.config.yaml": "project: x\nprot: 1\n",
    "resources/a.yaml": POSTS.replace("auth: public", "auth: pubic"),
    "resources/b.yaml": "resource: b\n",
  });
  onTestFinished(() => directory.close());
  const error = await loadProject({ directory: directory.path, env: {} }).catch(
    (thrown: unknown) => thrown as ProjectError,
  );
  expect(error).toMatchObject({ code: "PROJECT_INVALID" });
  const places = (error as ProjectError).diagnostics.map(({ span }) => span?.file.split("/").at(-1));
  expect(new Set(places)).toEqual(new Set(["shaperail.config.yaml", "a.yaml", "b.yaml", undefined]));
});

test("a directory without a configuration says so", async () => {
  const directory = await writeProject({ "resources/posts.yaml": POSTS });
  onTestFinished(() => directory.close());
  await expect(loadProject({ directory: directory.path, env: {} })).rejects.toMatchObject({
    code: "PROJECT_NOT_FOUND",
  });
});

test("a declaration that would be ignored stops the start", async () => {
  const wasm = POSTS.replace("input: [title]", "input: [title], controller: { before: 'wasm:check.wasm' }");
  await expect(start("postgresql://u:p@127.0.0.1:1/db", { "resources/posts.yaml": wasm })).rejects.toMatchObject({
    code: "RUNTIME_FEATURE_UNSUPPORTED",
    message: expect.stringContaining("posts.create"),
  });
});

test("a database that is not there stops the start with its address and without its password", async () => {
  const failure = await start("postgresql://someone:hunter2@127.0.0.1:1/db").catch((error: unknown) => error as Error);
  expect(failure).toMatchObject({ code: "DB_UNAVAILABLE", message: expect.stringContaining("127.0.0.1:1") });
  expect(JSON.stringify(failure) + (failure instanceof Error ? failure.message : "")).not.toContain("hunter2");
});

test("liveness stays 200 and readiness turns 503 while the database is away, each within a second, and recovers", async () => {
  const server = await startPostgres();
  onTestFinished(() => server.close());
  const { url } = await start(server.url);
  const timed = async (path: string): Promise<{ status: number; text: string; ms: number }> => {
    const before = performance.now();
    const response = await fetch(url + path);
    return { status: response.status, text: await response.text(), ms: performance.now() - before };
  };
  expect((await timed("/health/ready")).status).toBe(200);
  for (const [away, back] of [
    [() => server.pause(), () => server.resume()],
    [() => server.stop("kill"), () => server.start()],
  ] as const) {
    await away();
    await expect.poll(async () => (await timed("/health/ready")).status, { timeout: 5_000 }).toBe(503);
    const ready = await timed("/health/ready");
    expect(JSON.parse(ready.text)).toMatchObject({ status: "degraded", checks: { database: { status: "error" } } });
    expect(ready.ms).toBeLessThan(1_000);
    expect(await timed("/health")).toMatchObject({ status: 200 });
    await back();
    await expect.poll(async () => (await timed("/health/ready")).status, { timeout: 10_000 }).toBe(200);
  }
});

test("close answers what is in flight, turns readiness to 503, and leaves no connection", async () => {
  const databaseUrl = await migratedDatabase();
  await using database = createDatabase({ url: databaseUrl, poolSize: 1, applicationName: "observer" });
  const { runtime, url } = await start(databaseUrl);
  const blocked = await holdTable(database, async () => {
    const create = fetch(`${url}/v1/posts`, {
      method: "POST",
      body: '{"title":"slow"}',
      headers: { "content-type": "application/json" },
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    const closing = runtime.close();
    await expect
      .poll(() =>
        fetch(`${url}/health`).then(
          () => "open",
          () => "refused",
        ),
      )
      .toBe("refused");
    return { create, closing };
  });
  expect((await blocked.create).status).toBe(201);
  await blocked.closing;
  const { rows } = await database.run(
    { name: "sessions", text: "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'my-app'" },
    [],
  );
  expect(rows).toEqual([["0"]]);
});

/** Runs the work while nobody else can write to the table. */
async function holdTable<T>(database: ReturnType<typeof createDatabase>, work: () => Promise<T>): Promise<T> {
  return database.transaction(async (transaction) => {
    await transaction.run({ name: "lock", text: "LOCK TABLE posts IN EXCLUSIVE MODE" }, []);
    return work();
  });
}

test("a stop while the database does not answer ends the start at once", async () => {
  const server = await startPostgres();
  onTestFinished(() => server.close());
  server.pause();
  onTestFinished(() => server.resume());
  const directory = await writeProject({ "shaperail.config.yaml": GUIDE, "resources/posts.yaml": POSTS });
  onTestFinished(() => directory.close());
  const env = { DATABASE_URL: server.url, REDIS_URL: "redis://h", JWT_SECRET: SECRET, SHAPERAIL_PORT: "0" };
  const logger = createLogger({ destination: () => undefined });
  const runtime: Runtime = createRuntime(await loadProject({ directory: directory.path, env }), { logger });
  const starting = runtime.start().catch((error: unknown) => error);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const before = performance.now();
  await runtime.close();
  expect(await starting).toBeInstanceOf(Error);
  expect(performance.now() - before).toBeLessThan(1_000);
});

test("controllers and handlers are files beside the resource, written in TypeScript, with a typed database", async () => {
  const { url } = await start(await migratedDatabase(), {
    "resources/posts.yaml": `${POSTS.replace("input: [title] }", "input: [title], controller: { before: shout } }")}  count:
    { method: GET, path: /posts/stats/count, auth: public, handler: count }
`,
    "resources/posts.controller.ts": `
export function shout(context: { input: Record<string, unknown> }): void {
  context.input.title = String(context.input.title).toUpperCase();
}
`,
    "resources/posts.handlers.ts": `
interface Query { selectFrom(table: string): { selectAll(): { execute(): Promise<unknown[]> } } }
export async function count({ db }: { db: Query }): Promise<{ count: number }> {
  return { count: (await db.selectFrom("posts").selectAll().execute()).length };
}
`,
  });
  const init = { method: "POST", body: '{"title":"loud"}', headers: { "content-type": "application/json" } };
  expect(await (await fetch(`${url}/v1/posts`, init)).json()).toMatchObject({ data: { title: "LOUD" } });
  expect(await (await fetch(`${url}/v1/posts/stats/count`)).json()).toEqual({ data: { count: 1 } });
});

test.each([
  ["a controller that is not exported", "export const other = 1;", "REST_FUNCTION_MISSING"],
  ["a file that cannot be imported", "export const = 1;", "RUNTIME_MODULE_FAILED"],
])("%s stops the start", async (_what, text, code) => {
  const files = {
    "resources/posts.yaml": POSTS.replace("input: [title] }", "input: [title], controller: { before: shout } }"),
    "resources/posts.controller.ts": text,
  };
  await expect(start(await migratedDatabase(), files)).rejects.toMatchObject({ code });
});

test("the API describes itself: a document that is never cached, and a page under its own policy", async () => {
  const { url } = await start(await migratedDatabase(), { "package.json": '{"version":"3.2.1"}' });
  const document = await fetch(`${url}/openapi.json`);
  expect(document.headers.get("cache-control")).toBe("no-store");
  expect(await document.json()).toMatchObject({
    openapi: "3.1.0",
    info: { title: "my-app", version: "3.2.1" },
    paths: { "/v1/posts": { get: { operationId: "posts_list" } } },
  });
  const page = await fetch(`${url}/docs`);
  expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
  expect(page.headers.get("content-security-policy")).toContain("script-src 'sha256-");
});

test("the configuration's limits and origins act", async () => {
  const limits = `${GUIDE}cors: { origins: ["https://app.example.org"] }
server: { body_limit: 1kb }
`;
  const { url, lines } = await start(await migratedDatabase(), { "shaperail.config.yaml": limits });
  const body = JSON.stringify({ title: "x".repeat(2_000) });
  const headers = { "content-type": "application/json", origin: "https://app.example.org" };
  const refused = await fetch(`${url}/v1/posts`, { method: "POST", body, headers });
  expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([
    413,
    "https://app.example.org",
  ]);
  expect(JSON.stringify(lines)).not.toContain("`cors`");
});
