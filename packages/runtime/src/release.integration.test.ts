import { join } from "node:path";
import { closeable } from "@shaperail/core";
import { createDatabase } from "@shaperail/db";
import { applyMigrations, listReleases, type Release, retireReleases } from "@shaperail/db/migrate";
import { createLogger } from "@shaperail/logging";
import { createTestDatabase } from "@shaperail/test-services";
import { expect, onTestFinished, test } from "vitest";
import { createRuntime, describeRelease, loadProject, type Project } from "./index.ts";
import { writeProject } from "./project.test-kit.ts";
import { announceRelease } from "./release.ts";

const FILES = {
  "shaperail.config.yaml": "project: my-app\nport: ${SHAPERAIL_PORT:3000}\n",
  "package.json": '{ "version": "3.1.0" }',
  "resources/posts.yaml": `resource: posts
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
  title: { type: string, required: true }
endpoints:
  list: { auth: public }
`,
  "migrations/0001_create_posts.up.sql": "create table posts (id uuid primary key, title text not null);\n",
};

interface SetUp {
  readonly project: Project;
  readonly url: string;
  readonly lines: readonly Record<string, unknown>[];
  readonly logger: ReturnType<typeof createLogger>;
  releases(): Promise<Release[]>;
  migrate(): Promise<unknown>;
}

async function setUp(env: Readonly<Record<string, string>> = {}): Promise<SetUp> {
  const directory = await writeProject(FILES);
  const server = await createTestDatabase();
  onTestFinished(async () => {
    await server.close();
    await directory.close();
  });
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({ destination: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) });
  const given = { DATABASE_URL: server.url, SHAPERAIL_PORT: "0", NODE_ENV: "production", ...env };
  const project = await loadProject({ directory: directory.path, env: given });
  return {
    project,
    url: server.url,
    lines,
    logger,
    migrate: () => applyMigrations({ url: server.url, folder: join(directory.path, "migrations") }),
    async releases() {
      await using database = createDatabase({ url: server.url, poolSize: 1 });
      return await listReleases(database);
    },
  };
}

async function start({ project, logger }: SetUp): Promise<string> {
  const runtime = createRuntime(project, { logger });
  onTestFinished(() => runtime.close());
  return (await runtime.start()).url;
}

test("a server in production records what its release uses, under the name it was deployed as", async () => {
  const app = await setUp({ SHAPERAIL_RELEASE: "v7" });
  await app.migrate();
  await start(app);
  await expect.poll(() => app.releases()).toHaveLength(1);
  const [release] = await app.releases();
  expect(release).toMatchObject({ release: "v7", retiredAt: undefined });
  expect(release?.contract.tables[0]?.columns.map(({ name }) => name)).toEqual(["id", "title"]);
  expect(app.lines.find(({ message }) => message === "release recorded")).toMatchObject({ release: "v7" });
});

test("without a name the release is the project's version and a hash of what it uses", async () => {
  const { name } = await describeRelease((await setUp()).project);
  expect(name).toMatch(/^3\.1\.0-[0-9a-f]{8}$/);
});

test("in development nothing is recorded", async () => {
  const app = await setUp({ NODE_ENV: "development" });
  await app.migrate();
  const url = await start(app);
  expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  expect(await app.releases()).toEqual([]);
});

test("a database that cannot remember is a warning, said once, and the server serves; later it is recorded", async () => {
  const app = await setUp();
  await using database = createDatabase({ url: app.url, poolSize: 1 });
  const { project, logger, lines } = app;
  const databases = new Map([["default", database]]);
  await using _announcing = announceRelease(project, { databases, logger, intervalMs: 10 });
  const warnings = (): unknown[] => lines.filter(({ level }) => level === "WARN");
  await expect.poll(warnings).toHaveLength(1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(warnings()).toHaveLength(1);
  await app.migrate();
  await expect.poll(() => app.releases()).toHaveLength(1);
});

test("signs of life follow, which do not undo a retirement", async () => {
  const app = await setUp();
  await app.migrate();
  await using database = createDatabase({ url: app.url, poolSize: 1 });
  const { project, logger } = app;
  const databases = new Map([["default", database]]);
  await using announcing = announceRelease(project, { databases, logger, intervalMs: 10 });
  const seen = async (): Promise<string> => (await app.releases())[0]?.lastSeenAt ?? "";
  await expect.poll(seen).not.toBe("");
  await retireReleases(database, { release: (await describeRelease(project)).name });
  const before = await seen();
  await expect.poll(seen).not.toBe(before);
  expect((await app.releases())[0]?.retiredAt).toBeDefined();
  await announcing.close();
});

test("a database that does not answer holds up neither the server nor its end", async () => {
  const app = await setUp();
  const { project, logger, lines, url } = app;
  const database = createDatabase({ url, poolSize: 1, closeTimeoutMs: 100 });
  await using _closing = closeable(() => database.close());
  let release = (): void => undefined;
  const busy = database.transaction(() => new Promise<void>((resolve) => (release = resolve)));
  const databases = new Map([["default", database]]);
  const announcing = announceRelease(project, { databases, logger, intervalMs: 10_000, timeoutMs: 50 });
  await expect.poll(() => lines.filter(({ level }) => level === "WARN")).toHaveLength(1);
  await announcing.close();
  release();
  await busy;
});
