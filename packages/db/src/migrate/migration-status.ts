import { readHistory } from "./history.ts";
import { isSameFile, readMigrations } from "./migration-file.ts";
import { withMigrationSession, type MigrationSessionOptions } from "./migration-session.ts";

export interface MigrationStatus {
  readonly version: number;
  readonly description: string;
  /** `undefined` when the file is missing. */
  readonly fileName: string | undefined;
  readonly state: "applied" | "pending" | "edited" | "missing" | "dirty";
  /** ISO 8601; `undefined` when it is pending. */
  readonly installedOn: string | undefined;
  readonly hasDown: boolean;
}

export interface MigrationStatusOptions extends MigrationSessionOptions {
  /** Folder of the migration files. */
  readonly folder: string;
}

/** Where each migration stands, in the order of the numbers. Changes nothing and waits for nobody. */
export async function migrationStatus(options: MigrationStatusOptions): Promise<MigrationStatus[]> {
  const files = new Map((await readMigrations(options.folder)).map((file) => [file.version, file]));
  const applied = new Map((await withMigrationSession(options, readHistory)).map((row) => [row.version, row]));
  const versions = [...new Set([...files.keys(), ...applied.keys()])].toSorted((one, other) => one - other);
  return versions.map((version) => {
    const file = files.get(version);
    const row = applied.get(version);
    const state = (): MigrationStatus["state"] => {
      if (row === undefined) return "pending";
      if (!row.success) return "dirty";
      if (file === undefined) return "missing";
      return isSameFile(file.up.sql, row.checksum) ? "applied" : "edited";
    };
    return {
      version,
      description: file?.description ?? row?.description ?? "",
      fileName: file?.up.fileName,
      state: state(),
      installedOn: row?.installedOn,
      hasDown: file?.down !== undefined,
    };
  });
}
