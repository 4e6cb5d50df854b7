import { createDatabase } from "@shaperail/db";
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

test("no digit of a decimal is lost, however the record is written", async () => {
  const prices = `resource: prices
version: 1
schema:
  id: { type: integer, primary: true, required: true }
  amount: { type: number, required: true }
endpoints: {}
`;
  const decimal = "0.1234567890123456789012345";
  const records = `- id: 1\n  amount: ${decimal}\n- { id: 2, amount: ${decimal} }\n- id: 3\n  amount: >-\n    ${decimal}\n`;
  await using directory = await projectDirectory({
    ...PROJECT,
    "resources/prices.yaml": prices,
    "seeds/prices.yaml": records,
  });
  await using database = await createTestDatabase();
  const context = { directory: directory.path, env: { DATABASE_URL: database.url } };
  await run(["migrate"], context);
  expect((await run(["seed"], context)).stderr).toBe("");
  await using client = createDatabase({ url: database.url });
  const { rows } = await client.run({ name: "amounts", text: "SELECT amount FROM prices" }, []);
  expect(rows).toEqual([[decimal], [decimal], [decimal]]);
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

test("--upsert may run again: what is there is changed where it differs", async () => {
  const id = (n: number): string => `00000000-0000-4000-8000-00000000000${n}`;
  const one = `- { id: ${id(1)}, title: One, views: 1 }\n- { id: ${id(2)}, title: Two }\n`;
  const two = `${one.replace("views: 1", "views: 5")}- { id: ${id(3)}, title: Three }\n`;
  await withProject({ "seeds/posts.yaml": one, "more/posts.yaml": two }, async (command) => {
    expect((await command("seed", "--upsert")).stdout).toBe("posts: 2 record(s) inserted, 0 updated, 0 unchanged\n");
    expect((await command("seed", "--upsert")).stdout).toBe("posts: 0 record(s) inserted, 0 updated, 2 unchanged\n");
    expect(JSON.parse((await command("seed", "more", "--upsert", "--json")).stdout)).toEqual({
      databases: [
        {
          database: "default",
          outcome: "upserted",
          tables: [{ table: "posts", inserted: 1, updated: 1, unchanged: 1 }],
        },
      ],
    });
    expect((await command("seed", "--upsert", "--if-empty")).exitCode).toBe(2);
  });
});

test("--upsert without anything that tells records apart is refused", async () => {
  await withProject({ "seeds/posts.yaml": "- title: One\n" }, async (command) => {
    const { exitCode, stderr } = await command("seed", "--upsert");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("SEED_KEY_MISSING");
    expect(stderr).toContain("Give every record id.");
  });
});

test("a hundred thousand records are inserted, and a second time none is", async () => {
  const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
  const count = 100_000;
  const records = Array.from({ length: count }, (_, n) => `- id: ${id(n)}\n  title: "Post ${n}"\n  views: ${n}\n`);
  await withProject({ "seeds/posts.yaml": records.join("") }, async (command) => {
    const startedAt = performance.now();
    expect((await command("seed")).stdout).toBe(`posts: ${count} record(s) inserted\n`);
    const insertedAt = performance.now();
    const again = await command("seed", "--upsert");
    expect(again.stdout).toBe(`posts: 0 record(s) inserted, 0 updated, ${count} unchanged\n`);
    const seconds = [insertedAt - startedAt, performance.now() - insertedAt].map((ms) => (ms / 1_000).toFixed(1));
    // oxlint-disable-next-line no-console -- a number to look at: on a loaded machine it is no verdict
    console.log(`${count} records: seed ${seconds[0]} s, seed --upsert ${seconds[1]} s`);
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
