import { mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import type { DatabaseConfig } from "@shaperail/config";
import { applyMigrations, type FinishedMigration, planInitialMigrations } from "@shaperail/db/migrate";
import type { Project } from "@shaperail/runtime";
import type { Resource } from "@shaperail/resource";

/** A database of the project that has migrations, or resources that need some. */
export interface MigrationTarget {
  /** Name of the connection. */
  readonly database: string;
  readonly url: string;
  /** `migrations` for the default connection, `migrations/<name>` for another. */
  readonly folder: string;
  readonly resources: readonly Resource[];
}

const FOLDER = "migrations";

/** The databases to migrate, the default one first. It is reached past a pooler when DIRECT_DATABASE_URL says how. */
export function migrationTargets({ directory, config, resources }: Project): MigrationTarget[] {
  const { directDatabaseUrl } = config.environment;
  return Object.entries<DatabaseConfig>(config.databases)
    .toSorted(([one], [other]) => Number(other === "default") - Number(one === "default"))
    .map(([database, { url }]) => ({
      database,
      url: database === "default" ? (directDatabaseUrl ?? url) : url,
      folder: join(directory, FOLDER, database === "default" ? "" : database),
      resources: resources.filter(({ db }) => db === database),
    }))
    .filter(({ database, resources: own }) => database === "default" || own.length > 0);
}

/** Writes the initial migrations that are missing; returns their paths, relative to the current directory. */
export async function createInitialMigrations({ folder, resources }: MigrationTarget): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const { files } = planInitialMigrations({ tables: resources, existingFiles: await readdir(folder) });
  for (const { fileName, contents } of files) {
    // In one step: another `migrate` that starts at the same moment writes the same, and must not read half of it.
    const partial = join(folder, `.${fileName}.${process.pid}.partial`);
    await writeFile(partial, contents);
    await rename(partial, join(folder, fileName));
  }
  return files.map(({ fileName }) => relative("", join(folder, fileName)));
}

export interface MigrateProjectOptions {
  readonly onGenerated?: (file: string) => void;
  readonly onApplied?: (migration: FinishedMigration, target: MigrationTarget) => void;
  readonly onWaiting?: (target: MigrationTarget) => void;
}

/** Creates what is missing for every database, then applies what is pending; returns how many were applied. */
export async function migrateProject(
  project: Project,
  { onGenerated, onApplied, onWaiting }: MigrateProjectOptions,
): Promise<number> {
  const targets = migrationTargets(project);
  for (const target of targets) for (const file of await createInitialMigrations(target)) onGenerated?.(file);
  let count = 0;
  for (const target of targets) {
    const { url, folder } = target;
    const onProgress = ({ kind }: { readonly kind: string }): void => {
      if (kind === "waiting") onWaiting?.(target);
    };
    const applied = await applyMigrations({ url, folder, onProgress });
    for (const migration of applied) onApplied?.(migration, target);
    count += applied.length;
  }
  return count;
}
