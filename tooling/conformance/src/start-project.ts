import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Logger, noopLogger } from "@shaperail/core";
import { applyMigrations, planInitialMigrations } from "@shaperail/db/migrate";
import type { OpenApiDocument } from "@shaperail/openapi";
import { createRuntime, loadProject, migrateJobs, type Project } from "@shaperail/runtime";
import { createTestDatabase, temporaryDirectory } from "@shaperail/test-services";
import pg from "pg";

/** An application in this process, on a database of its own. */
export interface RunningProject extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly databaseUrl: string;
  readonly project: Project;
  /** The document as the server itself answers it. */
  readonly document: OpenApiDocument;
  /** Rows of a query, past the application. */
  sql(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
}

export interface StartOptions {
  /** Variables of the project besides those of its database and port. */
  readonly env?: Readonly<Record<string, string>>;
  /** @default a logger that writes nothing */
  readonly logger?: Logger;
}

/** Applies the project's migrations, or creates the tables that its resources need when it has none; starts the application and fetches its document. */
export async function startProject(
  directory: string,
  { env = {}, logger = noopLogger }: StartOptions = {},
): Promise<RunningProject> {
  const database = await createTestDatabase();
  const connection = new pg.Client({ connectionString: database.url });
  // Dropping the database may cut the connection before it is closed; without a listener that would end the process.
  connection.on("error", () => undefined);
  await connection.connect();
  const project = await loadProject({ directory, env: { DATABASE_URL: database.url, SHAPERAIL_PORT: "0", ...env } });
  await migrate(project, database.url);
  await migrateJobs(project);
  const runtime = createRuntime(project, { logger, graceMs: 1_000 });
  const { port } = await runtime.start();
  const url = `http://127.0.0.1:${port}`;
  const response = await fetch(`${url}/openapi.json`);
  return {
    url,
    port,
    databaseUrl: database.url,
    project,
    document: (await response.json()) as OpenApiDocument,
    sql: async (text, values = []) => (await connection.query<Record<string, unknown>>(text, [...values])).rows,
    async [Symbol.asyncDispose]() {
      await runtime.close();
      await connection.end();
      await database.close();
    },
  };
}

async function migrate({ resources, directory, config }: Project, url: string): Promise<void> {
  const own = join(directory, "migrations");
  if (existsSync(own)) {
    await applyMigrations({ url, folder: own });
    return;
  }
  await using folder = await temporaryDirectory("migrations");
  const planned = planInitialMigrations({ tables: resources, existingFiles: [], auth: config.auth !== undefined });
  for (const { fileName, contents } of planned.files) {
    await writeFile(join(folder.path, fileName), contents);
  }
  await applyMigrations({ url, folder: folder.path });
}
