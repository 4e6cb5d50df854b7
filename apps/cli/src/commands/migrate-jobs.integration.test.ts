import { createDatabase } from "@shaperail/db";
import { createTestDatabase } from "@shaperail/test-services";
import { expect, test } from "vitest";
import { CONFIG, POSTS, PROJECT, projectDirectory, type Ran, run } from "../command.test-kit.ts";

const FILES = {
  ...PROJECT,
  "resources/posts.yaml": POSTS.replace("create: { auth: public }", "create: { auth: public, jobs: [tell] }"),
};
const TABLES = [
  "shaperail_outbox",
  "shaperail_event_log",
  "shaperail_webhook_delivery_log",
  "shaperail_webhook_endpoints",
];

interface Home extends AsyncDisposable {
  migrate(...words: string[]): Promise<Ran>;
  /** Tables of the outbox, and whether the job queue has a schema. */
  found(): Promise<{ readonly tables: readonly (string | null)[]; readonly hasSchema: boolean }>;
}

async function setUp(files: Readonly<Record<string, string>> = FILES, env: Record<string, string> = {}): Promise<Home> {
  const directory = await projectDirectory(files);
  const test = await createTestDatabase();
  const all = { DATABASE_URL: test.url, ...env };
  return {
    migrate: (...words) => run(["migrate", ...words], { directory: directory.path, env: all }),
    async found() {
      await using database = createDatabase({ url: test.url, poolSize: 1 });
      const ask = async (text: string): Promise<readonly (string | null)[]> =>
        (await database.run({ name: "found", text, prepare: false }, [])).rows.map(([name = null]) => name);
      const names = TABLES.map((name) => `'${name}'`).join(", ");
      return {
        tables: await ask(`SELECT tablename FROM pg_tables WHERE tablename IN (${names})`),
        hasSchema: (await ask("SELECT 1 FROM pg_namespace WHERE nspname = 'shaperail_jobs'")).length === 1,
      };
    },
    async [Symbol.asyncDispose]() {
      await test.close();
      await directory.close();
    },
  };
}

test("the first job makes the tables of the outbox by files, and those of the queue beside them; again there is nothing to do", async () => {
  await using home = await setUp();
  const dryRun = await home.migrate("--dry-run");
  expect(dryRun.stdout).toContain(`CREATE TABLE "shaperail_outbox"`);
  expect(dryRun.stdout).toMatch(/Would make the tables of the job queue \(schema shaperail_jobs\)\.\n$/);
  expect(await home.found()).toEqual({ tables: [], hasSchema: false });

  const { exitCode, stdout } = await home.migrate();
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/Generated \S*_create_shaperail_outbox\.up\.sql/);
  expect(stdout).toMatch(/Made the tables of the job queue \(schema shaperail_jobs\)\n$/);
  const found = await home.found();
  expect(new Set(found.tables)).toEqual(new Set(TABLES));
  expect(found.hasSchema).toBe(true);
  expect((await home.migrate()).stdout).toBe("Nothing to apply.\n");
  expect((await home.migrate("--dry-run")).stdout).toBe("Nothing to apply.\n");
});

test("--status and --json say where the tables of the queue stand", async () => {
  await using home = await setUp();
  expect((await home.migrate("--status")).stdout).toContain(
    "pending  tables of the job queue (schema shaperail_jobs)\n",
  );
  expect(JSON.parse((await home.migrate("--dry-run", "--json")).stdout)).toMatchObject({ job_tables: "pending" });
  expect(JSON.parse((await home.migrate("--json")).stdout)).toMatchObject({ job_tables: "made" });
  expect((await home.migrate("--status")).stdout).toContain(
    "applied  tables of the job queue (schema shaperail_jobs)\n",
  );
  expect(JSON.parse((await home.migrate("--status", "--json")).stdout)).toMatchObject({ job_tables: "current" });
  expect(JSON.parse((await home.migrate("--json")).stdout)).toEqual({ generated: [], applied: [] });
});

test("with a Redis the queue needs no tables", async () => {
  await using home = await setUp(FILES, { REDIS_URL: "redis://127.0.0.1:1" });
  const { exitCode, stdout } = await home.migrate();
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.not.stringContaining("job queue") });
  expect(await home.found()).toMatchObject({ tables: expect.arrayContaining(TABLES), hasSchema: false });
  expect((await home.migrate("--status")).stdout).not.toContain("job queue");
});

test("a project without jobs has neither", async () => {
  await using home = await setUp(PROJECT);
  expect((await home.migrate()).exitCode).toBe(0);
  expect(await home.found()).toEqual({ tables: [], hasSchema: false });
});

test("what stops at a version leaves the queue alone, and `jobs: {}` is enough to have one", async () => {
  await using home = await setUp({ ...PROJECT, "shaperail.config.yaml": `${CONFIG}jobs: {}\n` });
  expect((await home.migrate("--to", "1")).exitCode).toBe(0);
  expect((await home.found()).hasSchema).toBe(false);
  expect((await home.migrate()).stdout).toContain("Made the tables of the job queue");
});

test("migrate check finds nothing to say about the tables of the outbox", async () => {
  await using home = await setUp();
  await home.migrate();
  expect(await home.migrate("check")).toMatchObject({ exitCode: 0 });
});
