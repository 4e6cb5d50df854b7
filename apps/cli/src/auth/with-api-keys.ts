import { type ApiKeys, createApiKeys } from "@shaperail/auth";
import { createDatabase, DbError } from "@shaperail/db";
import type { CommandContext } from "../command.ts";
import { CliError } from "../errors.ts";
import { openProject } from "../project.ts";
import { configuredAuth } from "./configured-auth.ts";

/** Runs the work on the API keys of the project of the current directory. */
export async function withApiKeys<T>(context: CommandContext, work: (keys: ApiKeys) => Promise<T>): Promise<T> {
  await using opened = await openProject(context, { needs: "databases" });
  configuredAuth(opened.project);
  const { url } = opened.project.config.databases.default;
  await using database = createDatabase({ url, poolSize: 1, applicationName: "shaperail keys" });
  await database.connect();
  await using keys = createApiKeys({ runner: database });
  try {
    return await work(keys);
  } catch (error) {
    if (!(error instanceof DbError) || error.code !== "DB_SCHEMA_MISMATCH") throw error;
    throw new CliError("The database has no table for API keys yet.", {
      code: "CLI_MIGRATIONS_PENDING",
      hint: "Run `shaperail migrate` first.",
      cause: error,
    });
  }
}
