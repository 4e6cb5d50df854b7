import { join } from "node:path";
import type { Diagnostic } from "@shaperail/source";
import { type MigrationFile, readMigrations } from "../migrate/migration-file.ts";
import { hasSql } from "../migrate/split-statements.ts";
import type { LiveRelease } from "../migrate/release-contract.ts";
import type { TableModel } from "../migrate/table-model.ts";
import { findIn, toDiagnostics } from "./check-migration.ts";
import type { Finding } from "./finding.ts";
import { parseScript } from "./parse-script.ts";
import { createSchemaMemory } from "./schema-memory.ts";

export interface CheckMigrationsOptions {
  /** Folder of the migration files. */
  readonly folder: string;
  /** What the resources of this database read now; without it, dropped columns and tables are not looked at. @default unknown */
  readonly tables?: readonly TableModel[];
  /**
   * Versions that are to be applied next, in one run: only they are checked, and a table one of them makes is new to all
   * of them. Without it every file is checked by itself, as if the ones before it had been in use for long; only the first
   * files of the folder, as long as each makes a table, count as one run.
   * @default all
   */
  readonly pending?: readonly number[];
  /** What the releases that may be serving use, as `liveReleases` of `@shaperail/db/migrate` reads it. @default [] */
  readonly releases?: readonly LiveRelease[];
  /**
   * Versions that are not applied yet: only they can still take something from a live release.
   * @default all
   */
  readonly unapplied?: readonly number[];
  /** Files with a lower number are read, for what they say about the schema, and not checked. @default 0 */
  readonly from?: number;
  /** Another program applies the files, so that each must set `lock_timeout` itself. @default false */
  readonly appliedElsewhere?: boolean;
  /** Asks squawk as well. @default true */
  readonly squawk?: boolean;
}

export interface CheckedMigrations {
  readonly diagnostics: readonly Diagnostic[];
  /** Text of each file by the name it has in the diagnostics, for `formatDiagnostics`. */
  readonly sources: ReadonlyMap<string, string>;
}

/**
 * Checks the up files of a folder, and that each can be undone; see `checkMigration`.
 *
 * @throws `MigrateError` `MIGRATE_FOLDER_UNREADABLE`, `MIGRATE_FILE_INVALID` or `MIGRATE_DUPLICATE_NUMBER`
 */
export async function checkMigrations({
  folder,
  pending,
  from = 0,
  releases = [],
  unapplied,
  ...rest
}: CheckMigrationsOptions): Promise<CheckedMigrations> {
  const schema = createSchemaMemory();
  const diagnostics: Diagnostic[] = [];
  const sources = new Map<string, string>();
  let isFirstRun = true;
  for (const migration of await readMigrations(folder)) {
    const { version, up } = migration;
    const file = join(folder, up.fileName);
    const isChecked = version >= from && (pending === undefined || pending.includes(version));
    isFirstRun &&= await makesTable(up.sql);
    if (pending === undefined && !isFirstRun) schema.startRun();
    const newTables = schema.newTables();
    sources.set(file, up.sql);
    const options = {
      ...rest,
      file,
      sql: up.sql,
      releases: unapplied === undefined || unapplied.includes(version) ? releases : [],
      squawk: isChecked && rest.squawk !== false,
    };
    const findings = await findIn(options, schema, checkDown(migration));
    if (isChecked) diagnostics.push(...toDiagnostics(findings, { file, sql: up.sql }));
    // What is applied already is in use, whatever else this run makes.
    else schema.startRun(newTables);
  }
  return { diagnostics, sources };
}

async function makesTable(sql: string): Promise<boolean> {
  const script = await parseScript(sql);
  return "statements" in script && script.statements.some(({ node }) => "CreateStmt" in node);
}

/** A plain `NNNN_name.sql` says by its name that it is not meant to be undone. */
function checkDown({ up, down }: MigrationFile): Finding[] {
  if (down !== undefined && hasSql(down.sql)) return [];
  const downName = up.fileName.replace(/(\.up)?\.sql$/, ".down.sql");
  return [
    {
      code: "MC002",
      severity: up.fileName.endsWith(".up.sql") ? "error" : "warning",
      message: `There is ${down === undefined ? "no" : "nothing in"} ${downName}: \`migrate --rollback\` will fail.`,
      fix: `Write what undoes it into ${downName}.`,
      start: 0,
      end: 0,
    },
  ];
}
