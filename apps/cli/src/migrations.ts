import { existsSync } from "node:fs";
import { mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import type { DatabaseConfig } from "@shaperail/config";
import {
  applyMigrations,
  type FinishedMigration,
  type MigrationProgress,
  type NewMigrationFile,
  planInitialMigrations,
  type PlanChoices,
} from "@shaperail/db/migrate";
import { needsOutbox, type Project } from "@shaperail/runtime";
import type { Resource } from "@shaperail/resource";

import { migrateJobTables } from "./jobs/job-tables.ts";
import { explainingEdited } from "./migrate/explain-edited.ts";

/** A database of the project that has migrations, or resources that need some. */
export interface MigrationTarget {
  /** Name of the connection. */
  readonly database: string;
  readonly url: string;
  /** `migrations` for the default connection, `migrations/<name>` for another. */
  readonly folder: string;
  readonly resources: readonly Resource[];
  /** What the project's `auth` has to remember is kept here. */
  readonly auth: boolean;
  /** What is written here leads to jobs or events. */
  readonly events: boolean;
}

const FOLDER = "migrations";

/** The databases to migrate, the default one first. It is reached past a pooler when DIRECT_DATABASE_URL says how. */
export function migrationTargets(project: Project): MigrationTarget[] {
  const { directory, config, resources } = project;
  const { directDatabaseUrl } = config.environment;
  return Object.entries<DatabaseConfig>(config.databases)
    .toSorted(([one], [other]) => Number(other === "default") - Number(one === "default"))
    .map(([database, { url }]) => ({
      database,
      url: database === "default" ? (directDatabaseUrl ?? url) : url,
      folder: join(directory, FOLDER, database === "default" ? "" : database),
      resources: resources.filter(({ db }) => db === database),
      auth: database === "default" && config.auth !== undefined,
      events: needsOutbox(project, database),
    }))
    .filter(({ database, resources: own }) => database === "default" || own.length > 0);
}

/** The initial migrations that are missing, as files of the target's folder. */
export async function planInitial({
  folder,
  resources,
  auth,
  events,
}: MigrationTarget): Promise<readonly NewMigrationFile[]> {
  const existingFiles = existsSync(folder) ? await readdir(folder) : [];
  return planInitialMigrations({ tables: resources, existingFiles, auth, events }).files;
}

/** Writes the initial migrations that are missing; returns their paths, relative to the current directory. */
export async function createInitialMigrations(target: MigrationTarget): Promise<string[]> {
  return writeMigrationFiles(target.folder, await planInitial(target));
}

/** Writes new files; returns their paths, relative to the current directory. */
export async function writeMigrationFiles(folder: string, files: readonly NewMigrationFile[]): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  for (const { fileName, contents } of files) {
    const path = join(folder, fileName);
    await mkdir(dirname(path), { recursive: true });
    // In one step: another `migrate` that starts at the same moment writes the same, and must not read half of it.
    const partial = join(dirname(path), `.${basename(path)}.${process.pid}.partial`);
    await writeFile(partial, contents);
    await rename(partial, path);
  }
  return files.map(({ fileName }) => relative("", join(folder, fileName)));
}

export interface MigrateProjectOptions extends PlanChoices {
  /** @default every target of the project */
  readonly targets?: readonly MigrationTarget[];
  readonly signal?: AbortSignal;
  /** Looks at the versions of a database that are pending before the first is applied; may refuse by throwing. */
  readonly check?: (target: MigrationTarget, pending: readonly number[]) => Promise<void>;
  readonly onGenerated?: (file: string) => void;
  readonly onApplied?: (migration: FinishedMigration, target: MigrationTarget) => void;
  readonly onProgress?: (progress: MigrationProgress, target: MigrationTarget) => void;
  /** The tables of the job queue, which come with its library and not as files, have been made or brought up to date. */
  readonly onJobTables?: () => void;
}

/**
 * Creates what is missing for every database, then applies what is pending; returns how many were applied. The tables of the job queue follow
 * the default database, unless the files are to stop at a version.
 */
export async function migrateProject(
  project: Project,
  {
    targets = migrationTargets(project),
    check,
    onGenerated,
    onApplied,
    onProgress,
    onJobTables,
    ...choices
  }: MigrateProjectOptions,
): Promise<number> {
  for (const target of targets) for (const file of await createInitialMigrations(target)) onGenerated?.(file);
  let count = 0;
  for (const target of targets) {
    const { url, folder } = target;
    const applied = await explainingEdited(folder, () =>
      applyMigrations({
        ...choices,
        url,
        folder,
        beforeApply: async (pending) =>
          check?.(
            target,
            pending.map(({ version }) => version),
          ),
        onProgress: (progress) => onProgress?.(progress, target),
        // Told as each is finished: a later one may fail.
        onFinished: (migration) => onApplied?.(migration, target),
      }),
    );
    count += applied.length;
  }
  if (choices.to === undefined && targets.some(({ database }) => database === "default")) {
    if (await migrateJobTables(project)) onJobTables?.();
  }
  return count;
}
