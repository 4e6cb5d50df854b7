import { createTestDatabase } from "@shaperail/test-services";
import { expect, test } from "vitest";
import { PROJECT, projectDirectory, type Ran, run } from "../command.test-kit.ts";

async function withProject(
  files: Readonly<Record<string, string>>,
  use: (command: (...words: string[]) => Promise<Ran>) => Promise<void>,
): Promise<void> {
  await using directory = await projectDirectory({ ...PROJECT, ...files });
  await using database = await createTestDatabase();
  const context = { directory: directory.path, env: { DATABASE_URL: database.url } };
  expect((await run(["migrate"], context)).exitCode).toBe(0);
  await use((...words) => run(words, context));
}

test("the records of seeds/ are inserted, and counted for each table", async () => {
  await withProject({ "seeds/posts.yaml": "- title: One\n- title: 1.10\n  views: 4\n" }, async (command) => {
    expect(await command("seed")).toEqual({ exitCode: 0, stdout: "posts: 2 record(s) inserted\n", stderr: "" });
    expect((await command("seed", "--if-empty")).stdout).toBe("posts has rows: nothing inserted\n");
    const { databases } = JSON.parse((await command("seed", "--json")).stdout) as { databases: unknown[] };
    expect(databases).toEqual([{ database: "default", outcome: "inserted", tables: [{ table: "posts", count: 2 }] }]);
  });
});

test("a record the database refuses is named with its line, and nothing is inserted", async () => {
  const records = `- title: One\n- title: Two\n- title: ${"x".repeat(201)}\n- title: Four\n`;
  await withProject({ "seeds/posts.yaml": records, "more/posts.yaml": "- title: One\n" }, async (command) => {
    const { exitCode, stdout, stderr } = await command("seed");
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(/error SEED_RECORD_REFUSED \S*seeds\/posts\.yaml:3: /);
    expect((await command("seed", "more", "--if-empty")).stdout).toBe("posts: 1 record(s) inserted\n");
  });
});

test("a file that is no list of records is shown with the place of the mistake", async () => {
  await withProject({ "seeds/posts.yaml": "- title: One\n- title: [\n" }, async (command) => {
    const { exitCode, stderr } = await command("seed");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("CLI_SEED_INVALID");
    expect(stderr).toMatch(/seeds\/posts\.yaml:[23]:/);
  });
});

test("without seed files it says what is missing", async () => {
  await withProject({}, async (command) => {
    expect(await command("seed")).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("CLI_NOTHING_FOUND") });
  });
});
