import type { SeedOptions } from "@shaperail/db/seed";
import type { Project } from "@shaperail/runtime";
import type { CommandContext, Invocation, RunCommand } from "../command.ts";
import { CliError, EXIT_CODES } from "../errors.ts";
import { openProject, pathIn } from "../project.ts";
import { readSeeds } from "../seed/read-seeds.ts";
import { createSeedProgress } from "../seed/seed-progress.ts";
import { type DatabaseSeedOutcome, seedProject } from "../seed/seed-project.ts";

export const runSeed: RunCommand = async (context, invocation) => {
  const { stdout, stderr } = context;
  const mode = modeOf(invocation);
  await using opened = await openProject(context, { needs: "databases" });
  const { project } = opened;
  const folder = pathIn(context, invocation.argument(0) ?? "seeds");
  const files = await readSeeds(folder, { resources: project.resources, color: stderr.color });
  const outcomes = await seedWithProgress(context, project, { files, mode });
  if (invocation.flag("json")) {
    stdout.write(`${JSON.stringify({ databases: outcomes })}\n`);
    return EXIT_CODES.ok;
  }
  for (const result of outcomes) stdout.write(describe(result));
  return EXIT_CODES.ok;
};

function modeOf(invocation: Invocation): SeedOptions["mode"] {
  const [ifEmpty, upsert] = [invocation.flag("if-empty"), invocation.flag("upsert")];
  if (ifEmpty && upsert) {
    throw new CliError("--if-empty and --upsert exclude each other.", {
      code: "CLI_USAGE",
      hint: "Choose one of the two.",
      exitCode: EXIT_CODES.usage,
    });
  }
  if (ifEmpty) return "if-empty";
  return upsert ? "upsert" : "insert";
}

async function seedWithProgress(
  context: CommandContext,
  project: Project,
  options: Pick<SeedOptions, "files" | "mode">,
): Promise<DatabaseSeedOutcome[]> {
  await using line = createSeedProgress(context);
  return await seedProject(project, { ...options, onProgress: (progress) => line.follow(progress) });
}

function describe(result: DatabaseSeedOutcome): string {
  switch (result.outcome) {
    case "skipped":
      return `${result.table} has rows: nothing inserted\n`;
    case "inserted":
      return result.tables.map(({ table, count }) => `${table}: ${count} record(s) inserted\n`).join("");
    case "upserted":
      return result.tables
        .map(({ table, inserted, updated, unchanged }) => {
          return `${table}: ${inserted} record(s) inserted, ${updated} updated, ${unchanged} unchanged\n`;
        })
        .join("");
  }
}
