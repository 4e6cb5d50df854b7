import { createDatabase } from "@shaperail/db";
import { applyMigrations } from "@shaperail/db/migrate";
import { createLogger } from "@shaperail/logging";
import { createTestDatabase } from "@shaperail/test-services";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createRuntime, loadProject } from "./index.ts";
import { writeProject } from "./project.test-kit.ts";

const CONFIG = "project: my-app\nport: ${SHAPERAIL_PORT:3000}\n";
const POSTS = `resource: posts
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
  title: { type: string, required: true }
endpoints:
  list: { auth: public }
`;
const FILES = {
  "shaperail.config.yaml": CONFIG,
  "resources/posts.yaml": POSTS,
  "migrations/0001_create_posts.up.sql": "create table posts (id uuid primary key, title text not null);\n",
};

async function setUp(files: Readonly<Record<string, string>> = FILES, nodeEnv = "production") {
  const directory = await writeProject(files);
  const server = await createTestDatabase();
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({ destination: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) });
  const env = { DATABASE_URL: server.url, SHAPERAIL_PORT: "0", NODE_ENV: nodeEnv };
  const runtime = createRuntime(await loadProject({ directory: directory.path, env }), { logger });
  onTestFinished(async () => {
    await runtime.close().catch(() => undefined);
    await server.close();
    await directory.close();
  });
  const migrate = (): Promise<unknown> =>
    applyMigrations({ url: server.url, folder: join(directory.path, "migrations") });
  const ready = async (url: string): Promise<unknown> => (await fetch(`${url}/health/ready`)).json();
  return { runtime, lines, migrate, ready, url: server.url };
}

test("in production a server refuses to start while migrations are pending, and changes nothing", async () => {
  const { runtime, url } = await setUp();
  await expect(runtime.start()).rejects.toMatchObject({
    code: "RUNTIME_MIGRATIONS_PENDING",
    message: expect.stringContaining("0001_create_posts.up.sql"),
  });
  await using database = createDatabase({ url });
  const text = "select to_regclass('posts'), to_regclass('_sqlx_migrations')";
  expect((await database.run({ name: "tables", text }, [])).rows).toEqual([[null, null]]);
});

test("migrated, it starts and readiness reports the version; what a newer version applied is no obstacle", async () => {
  const { runtime, migrate, ready, url } = await setUp();
  await migrate();
  await using database = createDatabase({ url });
  const text = "insert into _sqlx_migrations select 7, 'newer', now(), true, checksum, 0 from _sqlx_migrations";
  await database.run({ name: "newer", text }, []);
  const address = await runtime.start();
  expect(await ready(address.url)).toEqual({
    status: "ok",
    checks: { migrations: { status: "ok", message: "version 7" }, database: { status: "ok" } },
  });
});

test.each([
  { what: "`on_pending: warn`", config: `${CONFIG}migrations: { on_pending: warn }\n`, nodeEnv: "production" },
  { what: "development", config: CONFIG, nodeEnv: "development" },
])(
  "with $what it starts all the same, and readiness says what is pending without failing",
  async ({ config, nodeEnv }) => {
    const { runtime, lines, ready } = await setUp({ ...FILES, "shaperail.config.yaml": config }, nodeEnv);
    const { url } = await runtime.start();
    expect(await ready(url)).toEqual({
      status: "ok",
      checks: {
        migrations: { status: "error", message: "1 migration(s) are pending: 0001_create_posts.up.sql." },
        database: { status: "ok" },
      },
    });
    expect(lines.some(({ message }) => message === "migrations are pending")).toBe(nodeEnv === "production");
  },
);

test("a project without migrations has nothing to report about them", async () => {
  const { "migrations/0001_create_posts.up.sql": _migration, ...files } = FILES;
  const { runtime, ready } = await setUp(files);
  expect(await ready((await runtime.start()).url)).toEqual({ status: "ok", checks: { database: { status: "ok" } } });
});
