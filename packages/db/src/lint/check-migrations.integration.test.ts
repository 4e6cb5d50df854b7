import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasErrors } from "@shaperail/source";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkMigrations, type CheckMigrationsOptions } from "../lint.ts";
import { planInitialMigrations } from "../migrate/plan-initial.ts";
import { field, reference, softDelete, table } from "../migrate/table.test-kit.ts";
import { parseScript } from "./parse-script.ts";
import { runSquawk } from "./squawk.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "migrations-"));
});
afterEach(() => rm(folder, { recursive: true }));

const put = (files: Readonly<Record<string, string>>): Promise<unknown> =>
  Promise.all(Object.entries(files).map(([name, sql]) => writeFile(join(folder, name), sql)));
const check = async (given: Partial<CheckMigrationsOptions> = {}): Promise<string[]> => {
  const { diagnostics } = await checkMigrations({ folder, ...given });
  return diagnostics.map(
    ({ code, span, severity }) => `${severity} ${code} ${span?.file.slice(folder.length + 1)}:${span?.start.line}`,
  );
};
const CREATE = {
  "0001_create_items.up.sql": "CREATE TABLE items (id bigint, name varchar(20));\n",
  "0001_create_items.down.sql": "DROP TABLE items;\n",
};
const INDEX = {
  "0002_index.up.sql": "CREATE INDEX items_name ON items (name);\n",
  "0002_index.down.sql": "DROP INDEX items_name;\n",
};

describe("what is in use", () => {
  test("a table that an earlier file makes has users", async () => {
    await put({ ...CREATE, ...INDEX });
    expect(await check()).toEqual(["error MC020 0002_index.up.sql:1"]);
  });

  test("what is pending is applied in one run, in which a table that it makes has none", async () => {
    await put({ ...CREATE, ...INDEX });
    expect(await check({ pending: [1, 2] })).toEqual([]);
    expect(await check({ pending: [2] })).toEqual(["error MC020 0002_index.up.sql:1"]);
  });

  test("files before the first that is checked are read for what they say about the schema", async () => {
    const widen = { "0003_widen.sql": "ALTER TABLE items ALTER COLUMN name TYPE varchar(40);\n" };
    await put({ ...CREATE, ...INDEX, ...widen });
    expect(await check({ from: 3 })).toEqual(["warning MC002 0003_widen.sql:1"]);
  });

  test("the initial migrations of resources that refer to each other are safe", async () => {
    const tables = [
      table("authors", [field("name", { unique: true }), reference("best_book_id", "books")], {
        endpoints: [softDelete],
      }),
      table("books", [field("title", { min: 1 }), reference("author_id", "authors")]),
    ];
    const { files } = planInitialMigrations({ tables, existingFiles: [], auth: true });
    await put(Object.fromEntries(files.map(({ fileName, contents }) => [fileName, contents])));
    expect(await check({ tables })).toEqual([]);
  });
});

describe("a missing down file", () => {
  test("is an error of a pair, a warning of a file that says it has none, and can be allowed", async () => {
    await put({
      "0001_a.up.sql": "SELECT 1;\n",
      "0002_b.sql": "SELECT 1;\n",
      "0003_c.up.sql": "-- shaperail:allow MC002 nothing to undo\nSELECT 1;\n",
      "0004_d.up.sql": "SELECT 1;\n",
      "0004_d.down.sql": "-- nothing\n",
    });
    expect(await check()).toEqual([
      "error MC002 0001_a.up.sql:1",
      "warning MC002 0002_b.sql:1",
      "error MC002 0004_d.up.sql:1",
    ]);
  });
});

test("files that another program applies must set lock_timeout themselves", async () => {
  const add = "ALTER TABLE items ADD COLUMN a text;\n";
  await put({ ...CREATE, "0002_a.sql": add, "0003_b.sql": `SET lock_timeout = '2s';\n${add}` });
  const found = await check({ from: 2, appliedElsewhere: true });
  expect(found.filter((line) => line.includes("MC045"))).toEqual(["error MC045 0002_a.sql:1"]);
});

describe("squawk", () => {
  const run = async (script: string, timeoutMs: number): Promise<string[]> => {
    const program = join(folder, "squawk");
    await writeFile(program, `#!/bin/sh\n${script}\n`);
    await chmod(program, 0o755);
    const parsed = await parseScript("CREATE TABLE notes (code char(3));");
    const found = "statements" in parsed ? await runSquawk(parsed, { program, timeoutMs }) : [];
    return found.map(({ code, message }) => `${code} ${message}`);
  };

  test.each([
    { what: "hangs", script: "exec sleep 30", why: "it took longer than 300 ms." },
    { what: "fails", script: "exit 2", why: "it ended with 2." },
    { what: "says nothing although it found something", script: "exit 1", why: "it ended with 1." },
  ])("one that $what is a warning, and the rest of the check stands", async ({ script, why }) => {
    expect(await run(script, 300)).toEqual([`MC007 squawk, the second linter, could not run: ${why}`]);
  });

  test("one that is not installed is a warning", async () => {
    const parsed = await parseScript("SELECT 1;");
    const found = "statements" in parsed ? await runSquawk(parsed, { program: join(folder, "none") }) : [];
    expect(found).toMatchObject([{ code: "MC007", severity: "warning" }]);
  });

  test("a finding of its own keeps its place in a file that is not ASCII", async () => {
    await put({ "0001_a.sql": "-- größe\nCREATE TABLE notes (\n  grösse text, code char(3)\n);\n" });
    const { diagnostics } = await checkMigrations({ folder });
    const found = diagnostics.find(({ code }) => code === "MC101");
    expect(found?.span?.start.line).toBe(3);
    expect(hasErrors(diagnostics)).toBe(false);
  });
});
