import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { MigrateError } from "../errors.ts";
import { parseMigrationName } from "./migration-name.ts";

/** One direction of a migration, as it is on disk. */
export interface MigrationScript {
  readonly fileName: string;
  readonly sql: string;
  /** Its first line is `-- no-transaction`, as `CREATE INDEX CONCURRENTLY` needs. */
  readonly isTransactional: boolean;
  /**
   * Its first line is `-- no-transaction repeatable`: every statement may run again, so that a file that stopped half-way
   * is started again instead of being repaired by hand.
   */
  readonly isRepeatable: boolean;
}

export interface MigrationFile {
  readonly version: number;
  /** The name with spaces for underscores, as it is written into the history. */
  readonly description: string;
  readonly up: MigrationScript;
  readonly down: MigrationScript | undefined;
}

/**
 * Reads the migrations of a folder, in the order of their numbers. Files that do not end in `.sql` are left alone.
 *
 * @throws `MigrateError` `MIGRATE_FOLDER_UNREADABLE`, `MIGRATE_FILE_INVALID` or `MIGRATE_DUPLICATE_NUMBER`
 */
export async function readMigrations(folder: string): Promise<MigrationFile[]> {
  const names = (await listFolder(folder)).filter((name) => name.endsWith(".sql")).toSorted();
  const ups = new Map<number, MigrationFile>();
  const downs: { readonly version: number; readonly script: MigrationScript }[] = [];
  for (const fileName of names) {
    const name = parseMigrationName(fileName);
    if (name === undefined)
      throw invalid(fileName, "is not named NNNN_name.up.sql, NNNN_name.down.sql or NNNN_name.sql");
    const { version, stem, direction } = name;
    const script = toScript(fileName, await readFile(join(folder, fileName), "utf8"));
    const twin = direction === "up" ? ups.get(version)?.up : downs.find((down) => down.version === version)?.script;
    if (twin !== undefined) throw duplicate(twin.fileName, fileName);
    if (direction === "down") downs.push({ version, script });
    else ups.set(version, { version, description: stem.replaceAll("_", " "), up: script, down: undefined });
  }
  for (const { version, script } of downs) {
    const file = ups.get(version);
    if (file === undefined) throw invalid(script.fileName, "has no up file of the same number");
    ups.set(version, { ...file, down: script });
  }
  return [...ups.values()].toSorted((one, other) => one.version - other.version);
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    throw new MigrateError(`The folder "${folder}" cannot be read.`, {
      code: "MIGRATE_FOLDER_UNREADABLE",
      hint: "Create it, or run the command in the project's folder.",
      cause: error,
    });
  }
}

function toScript(fileName: string, sql: string): MigrationScript {
  const [isMarked, repeatable] = /^\uFEFF?--[ \t]*no-transaction\b(?:[ \t]+(repeatable)\b)?/.exec(sql) ?? [];
  return { fileName, sql, isTransactional: isMarked === undefined, isRepeatable: repeatable !== undefined };
}

function invalid(fileName: string, why: string): MigrateError {
  return new MigrateError(`The migration ${fileName} ${why}.`, {
    code: "MIGRATE_FILE_INVALID",
    hint: "Rename it, or move it out of the folder.",
    details: { file: fileName },
  });
}

function duplicate(one: string, other: string): MigrateError {
  return new MigrateError(`The migrations ${one} and ${other} have the same number.`, {
    code: "MIGRATE_DUPLICATE_NUMBER",
    hint: "Give the one that is applied nowhere yet the next free number.",
    details: { files: [one, other] },
  });
}

/** SHA-384 of the file as it is: what sqlx writes, so that a project can move over with its history. */
export function checksumOf(sql: string): string {
  return createHash("sha384").update(sql).digest("hex");
}

/**
 * True when the file is the one that was applied, but for line endings and blank lines at its end: editors, Git and
 * Windows change those, and no statement depends on them.
 */
export function isSameFile(sql: string, appliedChecksum: string): boolean {
  if (checksumOf(sql) === appliedChecksum) return true;
  const body = sql.replaceAll("\r\n", "\n").replace(/\n+$/, "");
  const forms = ["", "\n", "\n\n"].map((end) => body + end);
  return forms.some((form) =>
    [form, form.replaceAll("\n", "\r\n")].some((text) => checksumOf(text) === appliedChecksum),
  );
}
