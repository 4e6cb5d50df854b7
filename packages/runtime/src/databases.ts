import type { DatabaseConfig, ProjectConfig } from "@shaperail/config";
import type { Logger, Observer } from "@shaperail/core";
import { createDatabase, type Database, DbError } from "@shaperail/db";
import type { Resource } from "@shaperail/resource";
import type { Shutdown } from "./shutdown.ts";

/** The pools of a project, by connection name. */
export type Databases = ReadonlyMap<string, Database>;

/** Opens a pool per named connection and proves that each can be used. */
export async function openDatabases(
  config: ProjectConfig,
  { logger, observer, shutdown }: { readonly logger: Logger; readonly observer: Observer; readonly shutdown: Shutdown },
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
        observer,
      });
      return [name, shutdown.add(`the database ${name}`, database)];
    }),
  );
  try {
    await Promise.all([...databases.values()].map((database) => database.connect()));
  } catch (error) {
    throw error instanceof DbError && error.code === "DB_TOO_MANY_CONNECTIONS" ? withBudget(error, named) : error;
  }
  return databases;
}

/** Nobody can ask a server without a free connection who holds them; what this application may hold is known. */
function withBudget(error: DbError, databases: readonly (readonly [string, DatabaseConfig])[]): DbError {
  const poolSizes = Object.fromEntries(databases.map(([name, { poolSize }]) => [name, poolSize]));
  const perProcess = Object.values(poolSizes).reduce((sum, size) => sum + size, 0);
  const list = Object.entries(poolSizes).map(([name, size]) => `${name} ${size}`);
  return new DbError(
    `${error.message} Of this application each process may open ${perProcess} connections (${list.join(", ")}).`,
    {
      code: error.code,
      hint: "Count them with `shaperail doctor --connections --replicas <n>`; then lower pool_size, or put PgBouncer in front.",
      details: { ...error.details, poolSizes, perProcess },
      cause: error,
    },
  );
}

/**
 * A readiness check per connection. The guide's `database` is the default one; the others carry their name. A connection
 * that some endpoint writes to must accept writes. Probes are answered with the code alone: the log has the rest.
 */
export function databaseChecks(
  databases: Databases,
  resources: readonly Resource[],
): Record<string, (signal: AbortSignal) => Promise<void>> {
  return Object.fromEntries(
    [...databases].map(([name, database]) => {
      const writable = resources.some(
        ({ db, endpoints }) => db === name && endpoints.some(({ method }) => method !== "GET"),
      );
      return [name === "default" ? "database" : `database_${name}`, () => check(database, writable)];
    }),
  );
}

async function check(database: Database, writable: boolean): Promise<void> {
  try {
    await database.ping({ writable });
  } catch (error) {
    if (!(error instanceof DbError)) throw error;
    throw new DbError(error.code, { code: error.code, hint: error.hint ?? "", details: error.details, cause: error });
  }
}
