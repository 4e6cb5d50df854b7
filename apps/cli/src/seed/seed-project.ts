import type { DatabaseConfig } from "@shaperail/config";
import { mergeTables } from "@shaperail/db/migrate";
import { insertSeeds, type SeedOptions, type SeedOutcome } from "@shaperail/db/seed";
import type { Project } from "@shaperail/runtime";

/** What happened in one database. */
export type DatabaseSeedOutcome = SeedOutcome & { readonly database: string };

/** Inserts the records of every file into the database of its table; one transaction for each database. */
export async function seedProject(
  { config, resources }: Project,
  { files, ...options }: Pick<SeedOptions, "files" | "mode" | "onProgress">,
): Promise<DatabaseSeedOutcome[]> {
  const outcomes: DatabaseSeedOutcome[] = [];
  const databaseOf = (table: string): string => resources.find(({ name }) => name === table)?.db ?? "default";
  for (const [database, { url }] of Object.entries<DatabaseConfig>(config.databases)) {
    const own = files.filter(({ table }) => databaseOf(table) === database);
    if (own.length === 0) continue;
    const tables = mergeTables(resources.filter(({ db }) => db === database));
    outcomes.push({ database, ...(await insertSeeds({ url, tables, files: own, ...options })) });
  }
  return outcomes;
}
