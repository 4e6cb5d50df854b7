import type { DatabaseConfig, ProjectConfig } from "@shaperail/config";
import type { Logger } from "@shaperail/core";
import { createDatabase, type Database } from "@shaperail/db";
import type { Shutdown } from "./shutdown.ts";

/** The pools of a project, by connection name. */
export type Databases = ReadonlyMap<string, Database>;

/** Opens a pool per named connection and proves that each can be used. */
export async function openDatabases(
  config: ProjectConfig,
  { logger, shutdown }: { readonly logger: Logger; readonly shutdown: Shutdown },
): Promise<Databases> {
  const named = Object.entries<DatabaseConfig>(config.databases);
  const databases = new Map(
    named.map(([name, connection]) => {
      const database = createDatabase({
        ...connection,
        name,
        applicationName: config.project,
        slowQueryMs: config.logging.slowQueryMs,
        logger,
      });
      return [name, shutdown.add(`the database ${name}`, database)];
    }),
  );
  await Promise.all([...databases.values()].map((database) => database.connect()));
  return databases;
}

/** A readiness check per connection. The guide's `database` is the default one; the others carry their name. */
export function databaseChecks(databases: Databases): Record<string, (signal: AbortSignal) => Promise<void>> {
  return Object.fromEntries(
    [...databases].map(([name, database]) => [
      name === "default" ? "database" : `database_${name}`,
      () => database.ping(),
    ]),
  );
}
