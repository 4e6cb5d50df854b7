import { execFileSync } from "node:child_process";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { createDatabase } from "@shaperail/db";
import { createTestDatabase } from "@shaperail/test-services";
import { describe, expect, test } from "vitest";
import {
  CONFIG,
  POSTS as WRITABLE_POSTS,
  PROJECT as WRITABLE_PROJECT,
  projectDirectory,
  type Ran,
  run,
  spawnCommand,
  writeFiles,
} from "../command.test-kit.ts";

/** Without a create, so that no table of Shaperail's own is needed beside them. */
const POSTS = WRITABLE_POSTS.replace("  create: { auth: public }\n", "");
const PROJECT = { ...WRITABLE_PROJECT, "resources/posts.yaml": POSTS };

const COMMENTS = POSTS.replaceAll("posts", "comments").replace(
  "  views:",
  "  post_id: { type: uuid, required: true, ref: posts.id }\n  views:",
);

/** A project on an empty database of its own. */
async function setUp(files: Readonly<Record<string, string>> = PROJECT): Promise<{
  path: string;
  url: string;
  migrate(...words: string[]): Promise<Ran>;
  [Symbol.asyncDispose](): Promise<void>;
}> {
  const directory = await projectDirectory(files);
  const database = await createTestDatabase();
  return {
    path: directory.path,
    url: database.url,
    migrate: (...words) =>
      run(["migrate", ...words], { directory: directory.path, env: { DATABASE_URL: database.url } }),
    async [Symbol.asyncDispose]() {
      await database.close();
      await directory.close();
    },
  };
}

test("missing initial migrations are written as pairs, in the order of their references, then applied; again there is nothing to do", async () => {
  await using project = await setUp({ ...PROJECT, "resources/comments.yaml": COMMENTS });
  const { exitCode, stdout, stderr } = await project.migrate();
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toMatch(/Generated \S*migrations\/0001_create_posts\.up\.sql/);
  expect(stdout).toMatch(/Applied 0001_create_posts\.up\.sql \(\d+ ms\)\nApplied 0002_create_comments\.up\.sql/);
  expect((await readdir(join(project.path, "migrations"))).toSorted()).toEqual([
    "0001_create_posts.down.sql",
    "0001_create_posts.up.sql",
    "0002_create_comments.down.sql",
    "0002_create_comments.up.sql",
  ]);
  expect((await project.migrate()).stdout).toBe("Nothing to apply.\n");
});

test("--rollback undoes exactly the last one, then the one before, then says that nothing is left", async () => {
  await using project = await setUp({ ...PROJECT, "resources/comments.yaml": COMMENTS });
  await project.migrate();
  expect((await project.migrate("--rollback")).stdout).toMatch(/^Rolled back 0002_create_comments/);
  expect((await project.migrate("--rollback")).stdout).toMatch(/^Rolled back 0001_create_posts/);
  const { exitCode, stderr } = await project.migrate("--rollback");
  expect(exitCode).toBe(1);
  expect(stderr).toContain("MIGRATE_NOTHING_APPLIED");
});

test("--status says where each migration stands, and changes nothing", async () => {
  await using project = await setUp();
  expect((await project.migrate("--status")).stdout).toBe("There are no migrations.\n");
  await project.migrate();
  await writeFiles(project.path, { "migrations/0002_more.sql": "create table more (n int);\n" });
  expect((await project.migrate("--status")).stdout).toBe(
    "applied  0001_create_posts.up.sql\npending  0002_more.sql (no down file)\n",
  );
});

test("an applied migration that was changed is refused", async () => {
  await using project = await setUp();
  await project.migrate();
  await writeFiles(project.path, { "migrations/0001_create_posts.up.sql": "select 1;\n" });
  const { exitCode, stderr } = await project.migrate();
  expect(exitCode).toBe(1);
  expect(stderr).toContain("MIGRATE_FILE_EDITED");
});

describe("an applied migration that was changed", () => {
  const FIVE = "create table five (n int);\n";
  const change = { "migrations/0005_five.sql": FIVE.replace("int", "bigint") };

  async function applied(inGit: boolean, work: (project: Awaited<ReturnType<typeof setUp>>) => Promise<void>) {
    await using project = await setUp({ ...PROJECT, "migrations/0005_five.sql": FIVE });
    const git = (...args: string[]): string =>
      execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
        cwd: project.path,
        encoding: "utf8",
      });
    await project.migrate();
    if (inGit) {
      git("init", "--quiet");
      git("add", "migrations");
      git("commit", "--quiet", "--message", "five");
      await writeFiles(project.path, { "migrations/0005_five.sql": `-- later\n${FIVE}` });
      git("commit", "--quiet", "--all", "--message", "later");
    }
    await work(project);
  }

  test.each([["--dry-run"], ["--rollback"], []])(
    "is shown as Git's difference to what was applied: migrate %s",
    async (...words) => {
      await applied(true, async ({ path, migrate }) => {
        await writeFiles(path, change);
        const { exitCode, stderr } = await migrate(...words);
        expect(exitCode).toBe(1);
        expect(stderr).toMatch(
          /0005_five\.sql is not what was applied, commit [0-9a-f]{10}:\n[^]*-create table five \(n int\);\n\+create table five \(n bigint\);/,
        );
        expect(stderr).not.toContain("-- later");
      });
    },
  );

  test("that was never committed as it was applied has no difference to show, and it says so", async () => {
    await applied(true, async ({ path, migrate }) => {
      await writeFiles(path, { "migrations/0007_seven.sql": "create table seven (n int);\n" });
      await migrate("--accept-edited", "0005_five.sql");
      await writeFiles(path, { "migrations/0007_seven.sql": "create table seven (n bigint);\n" });
      expect((await migrate()).stderr).toContain(
        "0007_seven.sql: none of its 0 committed version(s) is the one that was applied.",
      );
    });
  });

  test("outside of Git is named, without a difference", async () => {
    await applied(false, async ({ path, migrate }) => {
      await writeFiles(path, change);
      expect((await migrate()).stderr).toContain("0005_five.sql: there is no Git repository here");
    });
  });
});

test("--dry-run prints the SQL that would be applied, and changes nothing", async () => {
  await using project = await setUp();
  const fresh = await project.migrate("--dry-run");
  expect(fresh.stdout).toMatch(/^Would generate and apply \S*0001_create_posts\.up\.sql:\n  CREATE TABLE "posts"/);
  expect(await readdir(project.path)).not.toContain("migrations");
  await project.migrate();
  await writeFiles(project.path, { "migrations/0002_more.sql": "create table more (n int);\n" });
  expect((await project.migrate("--dry-run")).stdout).toBe(
    "Would apply 0002_more.sql:\n  create table more (n int);\n",
  );
  expect((await project.migrate("--status")).stdout).toContain("pending  0002_more.sql");
});

test("--to applies nothing after that version; a version that is no migration is refused", async () => {
  await using project = await setUp({ ...PROJECT, "resources/comments.yaml": COMMENTS });
  expect((await project.migrate("--to", "1")).stdout).not.toContain("Applied 0002");
  expect((await project.migrate("--to", "9")).stderr).toContain("MIGRATE_FILE_UNKNOWN");
  expect((await project.migrate("--to", "nine")).exitCode).toBe(2);
  expect((await project.migrate("--to", "2")).stdout).toMatch(/^Applied 0002_create_comments/);
});

test("--accept-edited takes the changed file for right; --allow-out-of-order applies a late one", async () => {
  await using project = await setUp();
  await writeFiles(project.path, { "migrations/0005_five.sql": "create table five (n int);\n" });
  await project.migrate();
  await writeFiles(project.path, {
    "migrations/0005_five.sql": "-- five\ncreate table five (n int);\n",
    "migrations/0003_three.sql": "create table three (n int);\n",
  });
  expect((await project.migrate("--allow-out-of-order")).stderr).toContain("--accept-edited 0005_five.sql");
  const late = await project.migrate("--accept-edited", "0005_five.sql");
  expect(late.stderr).toMatch(/MIGRATE_OUT_OF_ORDER .*0003_three\.sql/);
  const both = await project.migrate("--accept-edited", "0005_five.sql", "--allow-out-of-order");
  expect(both.stdout).toMatch(/^Applied 0003_three/);
  expect((await project.migrate()).stdout).toBe("Nothing to apply.\n");
});

test("SIGINT during a file leaves the database as it was, frees the lock and ends it with 130", async () => {
  await using project = await setUp();
  await project.migrate();
  const slow = "create table slow (n int); select pg_sleep(30);\n";
  await writeFiles(project.path, { "migrations/0002_slow.sql": slow });
  const started = performance.now();
  const migrating = spawnCommand(["migrate"], { cwd: project.path, env: { DATABASE_URL: project.url } });
  await using database = createDatabase({ url: project.url });
  const ask = async (text: string): Promise<unknown> => (await database.run({ name: text, text }, [])).rows[0]?.[0];
  const sleeping =
    "select count(*) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()";
  await expect.poll(() => ask(sleeping), { timeout: 10_000 }).toBe("1");
  migrating.child.kill("SIGINT");
  const { exitCode, stderr } = await migrating.ended;
  expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: expect.stringContaining("during 0002_slow.sql") });
  expect(await ask(sleeping)).toBe("0");
  expect(await ask("select to_regclass('slow')")).toBe(null);
  const locks =
    "select count(*) from pg_locks l join pg_database d on d.oid = l.database and d.datname = current_database()";
  expect(await ask(`${locks} where locktype = 'advisory'`)).toBe("0");
  expect((await project.migrate("--status")).stdout).toContain("pending  0002_slow.sql");
  expect(performance.now() - started).toBeLessThan(15_000);
});

describe("migrate new", () => {
  test("drafts what the resources have and the database has not; applied, there is nothing left to draft", async () => {
    await using project = await setUp();
    await project.migrate();
    const tags = COMMENTS.replaceAll("comments", "tags");
    await writeFiles(project.path, {
      "resources/posts.yaml": POSTS.replace("  views:", "  summary: { type: string }\n  views:"),
      "resources/tags.yaml": tags,
    });
    const { exitCode, stdout, stderr } = await project.migrate("new", "Add summary");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/0002_create_tags\.up\.sql\n[^]*0003_add_summary\.up\.sql\n[^]*Read them/);
    expect((await project.migrate("new", "again")).stderr).toContain("CLI_MIGRATIONS_PENDING");
    expect((await project.migrate()).stdout).toMatch(/Applied 0002_create_tags[^]*Applied 0003_add_summary/);
    const again = await project.migrate("new", "again");
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("Nothing to draft") });
    expect(JSON.parse((await project.migrate("new", "again", "--json")).stdout)).toEqual({
      generated: [],
      later: [],
      notes: [],
    });
  });

  test("the end of a column goes to _later, which is not applied", async () => {
    await using project = await setUp();
    await project.migrate();
    await writeFiles(project.path, { "resources/posts.yaml": POSTS.replace(/ {2}views:.*\n/, "") });
    expect((await project.migrate("new", "less")).stdout).toMatch(/_later\/drop_posts_views\.up\.sql, for later/);
    expect((await project.migrate()).stdout).toBe("Nothing to apply.\n");
    expect((await project.migrate("new", "less")).stdout).toContain("Nothing to draft");
  });

  test("--rls drafts policies for resources with a tenant key, which pass the check and are drafted once", async () => {
    const notes = POSTS.replaceAll("posts", "notes")
      .replace("schema:", "tenant_key: org_id\nschema:")
      .replace("  views:", "  org_id: { type: uuid, required: true }\n  views:")
      .replaceAll("auth: public", "auth: [member]");
    await using project = await setUp({ ...PROJECT, "resources/notes.yaml": notes });
    const drafted = await project.migrate("new", "tenants", "--rls");
    expect(drafted).toMatchObject({ exitCode: 0, stderr: "" });
    expect(drafted.stdout).toMatch(/create_notes\.up\.sql\n[^]*0003_tenants_rls_notes\.up\.sql/);
    expect((await project.migrate("check")).stdout).toBe("✓ nothing found\n");
    expect((await project.migrate()).stdout).toContain("Applied 0003_tenants_rls_notes.up.sql");
    expect((await project.migrate("new", "tenants", "--rls")).stdout).toContain("Nothing to draft");
    expect((await project.migrate("new", "less")).stdout).toContain("Nothing to draft");
  });

  test("--rls without a tenant key has nothing to keep apart, and says so", async () => {
    await using project = await setUp();
    const { exitCode, stderr } = await project.migrate("new", "tenants", "--rls");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("No resource has a tenant_key");
  });

  test("a name without letters is refused", async () => {
    expect((await run(["migrate", "new", "--", "--"])).exitCode).toBe(2);
  });
});

describe("--json", () => {
  test("is one object for each form", async () => {
    await using project = await setUp();
    const parse = async (...words: string[]): Promise<unknown> =>
      JSON.parse((await project.migrate(...words, "--json")).stdout);
    const entry = { database: "default", version: 1, file: "0001_create_posts.up.sql" };
    expect(await parse()).toMatchObject({ generated: [expect.any(String), expect.any(String)], applied: [entry] });
    expect(await parse()).toEqual({ generated: [], applied: [] });
    expect(await parse("--status")).toMatchObject({ migrations: [{ ...entry, state: "applied", has_down: true }] });
    expect(await parse("--rollback")).toMatchObject({
      rolled_back: [{ ...entry, file: "0001_create_posts.down.sql" }],
    });
  });
});

test("--json says what was applied also when a later file fails", async () => {
  await using project = await setUp();
  await writeFiles(project.path, {
    "migrations/0008_right.sql": "create table good (n int);\n",
    "migrations/0009_wrong.sql": "create table wrong (n nothing);\n",
  });
  const { exitCode, stdout, stderr } = await project.migrate("--json", "--no-check");
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toEqual({
    generated: [expect.any(String), expect.any(String)],
    applied: [{ database: "default", version: 8, file: "0008_right.sql", duration_ms: expect.any(Number) }],
    error: { code: "MIGRATE_STATEMENT_FAILED", message: expect.stringContaining("0009_wrong.sql:1:") },
  });
  expect(stderr).toContain("MIGRATE_STATEMENT_FAILED");
});

test("a migration job needs DATABASE_URL and no other variable, whatever the secrets are called, also in production", async () => {
  const config = `${CONFIG}cache:
  type: redis
  url: \${CACHE_URL_OF_DEMO}
auth:
  provider: jwt
  secret_env: SIGNING_KEY_OF_DEMO
  expiry: 24h
`;
  await using project = await setUp({
    ...PROJECT,
    "shaperail.config.yaml": config,
    "seeds/posts.yaml": "- title: One\n",
  });
  const env = { DATABASE_URL: project.url, NODE_ENV: "production" };
  for (const words of [["migrate"], ["migrate", "--status"], ["migrate", "check"], ["seed"], ["routes"]]) {
    const { exitCode, stderr } = await run(words, { directory: project.path, env });
    expect({ words, exitCode, stderr }).toEqual({ words, exitCode: 0, stderr: "" });
  }
  const routes = await run(["routes"], { directory: project.path, env: { NODE_ENV: "production" } });
  expect(routes.exitCode).toBe(0);
});

test("DIRECT_DATABASE_URL is where migrations go when DATABASE_URL is a pooler", async () => {
  await using project = await setUp();
  const env = { DATABASE_URL: "postgresql://pooler.invalid:6432/app", DIRECT_DATABASE_URL: project.url };
  expect((await run(["migrate"], { directory: project.path, env })).exitCode).toBe(0);
  expect((await project.migrate("--status")).stdout).toContain("applied");
});

test("each resource is migrated on the database it names", async () => {
  await using analytics = await createTestDatabase();
  const config = `${CONFIG}  analytics:
    engine: postgres
    url: \${ANALYTICS_URL}
`;
  const events = `${POSTS.replaceAll("posts", "events")}db: analytics\n`;
  await using project = await setUp({ ...PROJECT, "shaperail.config.yaml": config, "resources/events.yaml": events });
  const env = { DATABASE_URL: project.url, ANALYTICS_URL: analytics.url };
  const { exitCode, stdout } = await run(["migrate"], { directory: project.path, env });
  expect(exitCode).toBe(0);
  expect(stdout).toContain("Applied 0001_create_posts.up.sql (");
  expect(stdout).toContain("Applied 0001_create_events.up.sql on analytics (");
  expect(await readdir(join(project.path, "migrations", "analytics"))).toHaveLength(2);
});

test("a server that cannot be reached ends it with 4", async () => {
  await using directory = await projectDirectory(PROJECT);
  const env = { DATABASE_URL: "postgresql://u:canary@127.0.0.1:1/app" };
  const { exitCode, stderr } = await run(["migrate"], { directory: directory.path, env });
  expect(exitCode).toBe(4);
  expect(stderr).not.toContain("canary");
});

test("without DATABASE_URL it runs on the embedded PostgreSQL and says so; in production it refuses", async () => {
  await using directory = await projectDirectory(PROJECT);
  const { exitCode, stdout, stderr } = await run(["migrate"], { directory: directory.path });
  expect(exitCode).toBe(0);
  expect(stderr).toContain("DATABASE_URL is not set: started the embedded PostgreSQL 18");
  expect(stdout).toContain("Applied 0001_create_posts.up.sql");
  await rm(join(directory.path, ".shaperail"), { recursive: true });
  const production = await run(["migrate"], { directory: directory.path, env: { NODE_ENV: "production" } });
  expect(production.exitCode).toBe(2);
  expect(production.stderr).toContain("DATABASE_URL");
  expect(await readdir(directory.path)).not.toContain(".shaperail");
});
