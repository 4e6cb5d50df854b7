import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "@shaperail/core";
import type { Database } from "@shaperail/db";
import type { MigrationFile } from "@shaperail/db/migrate";
import type { Databases } from "./databases.ts";
import { RuntimeError } from "./errors.ts";
import type { Project } from "./load-project.ts";

/** What readiness reports about migrations; never a reason to be unready. */
export interface Migrations {
  readonly checks: Readonly<Record<string, () => Promise<string>>>;
}

interface Migrated {
  readonly name: string;
  readonly database: Database;
  readonly files: readonly MigrationFile[];
}

/** `migrations` for the default connection, `migrations/<name>` for another. */
const MIGRATIONS_FOLDER = "migrations";

/**
 * Compares the migrations of the project with its databases. A server never changes a schema in production: there it
 * refuses to start on one that lacks migrations, unless the configuration says otherwise.
 *
 * @throws RuntimeError `RUNTIME_MIGRATIONS_PENDING`
 */
export async function openMigrations(
  { directory, config }: Project,
  { databases, logger }: { readonly databases: Databases; readonly logger: Logger },
): Promise<Migrations> {
  const folders = [...databases].map(([name, database]) => ({
    name,
    database,
    folder: join(directory, MIGRATIONS_FOLDER, name === "default" ? "" : name),
  }));
  const existing = folders.filter(({ folder }) => existsSync(folder));
  if (existing.length === 0) return { checks: {} };
  const { readMigrations, readSchemaState } = await import("@shaperail/db/migrate");
  const migrated: Migrated[] = await Promise.all(
    existing.map(async ({ name, database, folder }) => ({ name, database, files: await readMigrations(folder) })),
  );

  const states = await Promise.all(
    migrated.map(async ({ name, database, files }) => ({ name, ...(await readSchemaState(database, files)) })),
  );
  const pending = states.flatMap(({ name, pending: names }) =>
    names.map((file) => (name === "default" ? file : `${name}/${file}`)),
  );
  if (pending.length > 0 && config.environment.nodeEnv === "production") {
    if (config.migrations.onPending === "refuse") throw pendingError(pending);
    logger.warn("migrations are pending", { files: pending });
  }

  const check =
    ({ database, files }: Migrated) =>
    async (): Promise<string> => {
      const state = await readSchemaState(database, files);
      if (state.pending.length > 0) throw pendingError(state.pending);
      return `version ${state.version ?? 0}`;
    };
  return {
    checks: Object.fromEntries(
      migrated.map((one) => [one.name === "default" ? "migrations" : `migrations_${one.name}`, check(one)]),
    ),
  };
}

function pendingError(files: readonly string[]): RuntimeError {
  return new RuntimeError(`${files.length} migration(s) are pending: ${files.join(", ")}.`, {
    code: "RUNTIME_MIGRATIONS_PENDING",
    hint: "Run `shaperail migrate` before this version starts, or set `migrations: { on_pending: warn }`.",
    details: { files },
  });
}
