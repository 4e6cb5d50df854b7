import { createDatabase } from "@shaperail/db";
import { createTestDatabase } from "@shaperail/test-services";
import { describe, expect, test } from "vitest";
import { POSTS, PROJECT, projectDirectory, type Ran, run, writeFiles } from "../command.test-kit.ts";

interface Deployed {
  readonly path: string;
  readonly url: string;
  command(...words: string[]): Promise<Ran>;
  /** Makes every release look as if it had not been heard of for long. */
  forget(): Promise<void>;
}

/** A project whose migrations are applied. */
async function withProject(use: (project: Deployed) => Promise<void>): Promise<void> {
  await using directory = await projectDirectory(PROJECT);
  await using database = await createTestDatabase();
  const env = { DATABASE_URL: database.url };
  const command = (...words: string[]): Promise<Ran> => run(words, { directory: directory.path, env });
  expect((await command("migrate")).exitCode).toBe(0);
  const forget = async (): Promise<void> => {
    await using connection = createDatabase({ url: database.url, poolSize: 1 });
    const text = "update shaperail_releases set last_seen_at = now() - interval '5 hours'";
    await connection.run({ name: "forget", text }, []);
  };
  await use({ path: directory.path, url: database.url, command, forget });
}

const WITHOUT_VIEWS = { "resources/posts.yaml": POSTS.replace(/ {2}views:.*\n/, "") };
const DROP_VIEWS = {
  ...WITHOUT_VIEWS,
  "migrations/0003_less.up.sql": "ALTER TABLE posts DROP COLUMN views;\n",
  "migrations/0003_less.down.sql": "ALTER TABLE posts ADD COLUMN views bigint;\n",
};

test("a release is recorded, listed, retired and then no longer live", async () => {
  await withProject(async ({ command, forget }) => {
    expect((await command("releases", "list")).stdout).toBe("No release was recorded.\n");
    expect((await command("releases", "record", "--release", "v1")).stdout).toBe("Recorded v1\n");
    expect((await command("releases", "list")).stdout).toMatch(
      /^v1 {2}live {2}since \d{4}-\S+ \S+ UTC, seen \d+ s ago\n$/,
    );
    await forget();
    expect((await command("releases", "list")).stdout).toMatch(/^v1 {2}live, silent {2}since .*, seen 5 h ago\n$/);
    expect(await command("releases", "retire", "v1")).toEqual({ exitCode: 0, stdout: "Retired v1\n", stderr: "" });
    expect((await command("releases", "list")).stdout).toMatch(/^v1 {2}retired {2}since/);
    expect((await command("releases", "retire", "v1")).stderr).toContain("CLI_NOTHING_FOUND");
  });
});

test("at the end of a rollout every release but one is retired; one that was just seen is said", async () => {
  await withProject(async ({ command }) => {
    for (const name of ["v1", "v2", "v3"]) await command("releases", "record", "--release", name);
    const mistyped = await command("releases", "retire", "--all-but", "v4");
    expect(mistyped).toMatchObject({ exitCode: 1, stdout: "", stderr: expect.stringContaining('called "v4"') });
    const { stdout, stderr } = await command("releases", "retire", "--all-but", "v3");
    expect(stdout).toBe("Retired v1\nRetired v2\n");
    expect(stderr).toMatch(/^v1 was seen \d+ s ago: make sure that no process of it is left\.\nv2 was/);
    expect((await command("releases", "retire", "--all-but", "v3")).stdout).toBe("No other release is live.\n");
  });
});

test("--json is one object for each form; the name is the environment's when nobody gives one", async () => {
  await withProject(async ({ path, url }) => {
    const env = { DATABASE_URL: url, SHAPERAIL_RELEASE: "from-env" };
    const parse = async (...words: string[]): Promise<unknown> =>
      JSON.parse((await run(["releases", ...words, "--json"], { directory: path, env })).stdout);
    expect(await parse("record")).toEqual({ recorded: [{ database: "default", release: "from-env" }] });
    expect(await parse("list")).toMatchObject({
      releases: [
        { database: "default", release: "from-env", state: "live", retired_at: null, tables: expect.any(Array) },
      ],
    });
    expect(await parse("retire", "from-env")).toEqual({ retired: [{ database: "default", release: "from-env" }] });
    expect(await parse("list")).toMatchObject({ releases: [{ state: "retired", retired_at: expect.any(String) }] });
  });
});

test.each([{ words: [] }, { words: ["v1", "--all-but", "v2"] }])(
  "retire $words does not say which releases have ended",
  async ({ words }) => {
    await withProject(async ({ command }) => {
      expect(await command("releases", "retire", ...words)).toMatchObject({ exitCode: 2 });
    });
  },
);

describe("what a live release uses", () => {
  test("is not dropped, by migrate check and by migrate, until the release is retired", async () => {
    await withProject(async ({ path, command }) => {
      await command("releases", "record", "--release", "v1");
      await writeFiles(path, DROP_VIEWS);
      for (const words of [["migrate", "check"], ["migrate"]]) {
        const { exitCode, stdout, stderr } = await command(...words);
        expect({ words, exitCode }).toEqual({ words, exitCode: 3 });
        expect(stdout + stderr).toContain('MC034 The live release "v1" uses the column "views" of "posts"');
        expect(stdout + stderr).toContain("shaperail releases retire v1");
      }
      await command("releases", "retire", "v1");
      expect((await command("migrate", "check")).stdout).toBe("✓ nothing found\n");
      expect((await command("migrate")).stdout).toContain("Applied 0003_less.up.sql");
    });
  });

  test("is not asked of files that are applied: what came later does not miss what they took", async () => {
    await withProject(async ({ path, command }) => {
      await writeFiles(path, DROP_VIEWS);
      expect((await command("migrate")).exitCode).toBe(0);
      await writeFiles(path, {
        ...PROJECT,
        "migrations/0004_again.up.sql": "ALTER TABLE posts ADD COLUMN views bigint DEFAULT 0;\n",
        "migrations/0004_again.down.sql": "ALTER TABLE posts DROP COLUMN views;\n",
      });
      expect((await command("migrate")).exitCode).toBe(0);
      await command("releases", "record", "--release", "v2");
      expect((await command("migrate", "check")).stdout).not.toContain("MC034");
    });
  });

  test("may stay empty where the release leaves it empty", async () => {
    await withProject(async ({ path, command }) => {
      await command("releases", "record", "--release", "v1");
      await writeFiles(path, {
        "migrations/0003_more.up.sql": "ALTER TABLE posts ADD COLUMN kind text;\n",
        "migrations/0003_more.down.sql": "ALTER TABLE posts DROP COLUMN kind;\n",
        "migrations/0004_must.up.sql": "ALTER TABLE posts ADD CONSTRAINT k CHECK (kind IS NOT NULL) NOT VALID;\n",
        "migrations/0004_must.down.sql": "ALTER TABLE posts DROP CONSTRAINT k;\n",
      });
      const { exitCode, stderr } = await command("migrate");
      expect(exitCode).toBe(3);
      expect(stderr).toContain('MC035 The live release "v1" does not fill the column "kind" of "posts"');
      expect((await command("migrate", "--to", "3")).exitCode).toBe(0);
    });
  });

  test("is not known without its database, which migrate check says when one is configured", async () => {
    await withProject(async ({ path, command }) => {
      await command("releases", "record", "--release", "v1");
      await writeFiles(path, DROP_VIEWS);
      const away = { DATABASE_URL: "postgresql://u:canary@127.0.0.1:1/app" };
      const check = await run(["migrate", "check"], { directory: path, env: away });
      expect(check).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("live releases use") });
      expect(check.stderr).not.toContain("canary");
      expect(await run(["migrate", "check"], { directory: path })).toMatchObject({ exitCode: 0, stderr: "" });
    });
  });
});
