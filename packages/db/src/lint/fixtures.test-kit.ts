import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TableModel } from "../migrate/table-model.ts";
import { field, table } from "../migrate/table.test-kit.ts";
import type { CheckMigrationOptions } from "./check-migration.ts";

const FOLDER = join(import.meta.dirname, "../../fixtures/lint");

/** One file of `fixtures/lint`; what it is about stands in its first comments. */
export interface LintFixture {
  readonly name: string;
  readonly sql: string;
  /** `MC020 3`, code and line; empty when nothing is to be found. */
  readonly expected: readonly string[];
  /** SQL that ran before it, after the baseline. */
  readonly earlier: readonly string[];
  /** The table whose users must not have to wait. */
  readonly watch: string;
  readonly tables: readonly TableModel[] | undefined;
}

export const baseline: string = read("baseline.sql");

/** Every fixture of the kind, by name. */
export function readFixtures(kind: "safe" | "unsafe"): LintFixture[] {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith(`.${kind}.sql`));
  return names.toSorted().map((fileName) => {
    const sql = read(fileName);
    const header = (key: string): string[] =>
      [...sql.matchAll(new RegExp(`^-- ${key}: (.*)$`, "gm"))].map(([, value = ""]) => value);
    const reads = header("reads").map((line) => line.split(" "));
    return {
      name: fileName.replace(`.${kind}.sql`, ""),
      sql,
      expected: header("expect").filter((value) => value !== "none"),
      earlier: header("earlier"),
      watch: header("watch")[0] ?? "posts",
      tables:
        reads.length === 0
          ? undefined
          : reads.map(([name = "", ...columns]) =>
              table(
                name,
                columns.map((column) => field(column)),
              ),
            ),
    };
  });
}

/** How a fixture, or what is proposed instead, is checked. */
export function optionsFor({ name, sql, earlier, tables }: LintFixture): CheckMigrationOptions {
  return { file: `${name}.sql`, sql, tables, earlier: [baseline, ...earlier] };
}

function read(fileName: string): string {
  return readFileSync(join(FOLDER, fileName), "utf8");
}
