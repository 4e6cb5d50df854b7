import { existsSync } from "node:fs";
import { leadsNowhere } from "@shaperail/config";
import { isShaperailError } from "@shaperail/core";
import { createDatabase, type Database } from "@shaperail/db";
import { type LiveRelease, liveReleases, readMigrations, readSchemaState } from "@shaperail/db/migrate";
import type { CommandContext } from "../command.ts";
import type { MigrationTarget } from "../migrations.ts";

/** What a database says about what may still be serving. */
export interface KnownReleases {
  readonly releases: readonly LiveRelease[];
  /** Versions that are not applied to it. */
  readonly unapplied: readonly number[];
}

/** The releases a migration must not break. */
export async function readLiveReleases({ url }: MigrationTarget): Promise<LiveRelease[]> {
  return await withDatabase(url, liveReleases);
}

/**
 * The same, for a command that needs no database: nothing is known when none is configured. One that is configured and
 * cannot be asked is a warning.
 */
export async function askLiveReleases(
  { stderr }: CommandContext,
  { url, folder, database }: MigrationTarget,
): Promise<KnownReleases | undefined> {
  if (leadsNowhere(url) || !existsSync(folder)) return undefined;
  try {
    return await withDatabase(url, async (connection) => {
      const files = await readMigrations(folder);
      const { pending } = await readSchemaState(connection, files);
      const unapplied = files.filter(({ up }) => pending.includes(up.fileName)).map(({ version }) => version);
      return { releases: await liveReleases(connection), unapplied };
    });
  } catch (error) {
    if (!isShaperailError(error) || !error.code.startsWith("DB_")) throw error;
    stderr.write(`What live releases use of the database ${database} is not known: ${error.message}\n`);
    return undefined;
  }
}

/** Opens one connection for the work. */
export async function withDatabase<T>(url: string, work: (database: Database) => Promise<T>): Promise<T> {
  await using database = createDatabase({ url, poolSize: 1, applicationName: "shaperail releases" });
  await database.connect();
  // Awaited here: the database is closed when this function is left.
  return await work(database);
}
