import { existsSync } from "node:fs";
import { type FinishedMigration, migrationStatus, type MigrationStatus, rollbackLast } from "@shaperail/db/migrate";
import type { Project } from "@shaperail/runtime";
import type { CommandContext, RunCommand } from "../command.ts";
import { CliError, EXIT_CODES } from "../errors.ts";
import { type MigrationTarget, migrateProject, migrationTargets } from "../migrations.ts";
import { openProject, withoutSecrets } from "../project.ts";

export const runMigrate: RunCommand = async (context, invocation) => {
  const json = invocation.flag("json");
  if (invocation.flag("rollback") && invocation.flag("status")) {
    throw new CliError("--rollback and --status exclude each other.", {
      code: "CLI_USAGE",
      hint: "Choose one of the two.",
      exitCode: EXIT_CODES.usage,
    });
  }
  await using opened = await openProject(context, { env: withoutSecrets(context.env) });
  if (invocation.flag("status")) return await writeStatus(context, opened.project, json);
  if (invocation.flag("rollback")) return await rollback(context, opened.project, json);
  return await migrate(context, opened.project, json);
};

async function migrate({ stdout, stderr }: CommandContext, project: Project, json: boolean): Promise<number> {
  const generated: string[] = [];
  const applied: unknown[] = [];
  const count = await migrateProject(project, {
    onGenerated(file) {
      generated.push(file);
      if (!json) stdout.write(`Generated ${file}\n`);
    },
    onApplied(migration, target) {
      applied.push(toJson(migration, target));
      if (!json) stdout.write(`Applied ${describe(migration, target)}\n`);
    },
    onWaiting: ({ database }) => stderr.write(`Another migration of the database ${database} is running; waiting.\n`),
  });
  if (json) stdout.write(`${JSON.stringify({ generated, applied })}\n`);
  else if (count === 0) stdout.write("Nothing to apply.\n");
  return EXIT_CODES.ok;
}

async function rollback({ stdout }: CommandContext, project: Project, json: boolean): Promise<number> {
  const [target] = migrationTargets(project);
  if (target === undefined) return EXIT_CODES.ok;
  const { url, folder } = target;
  const migration = await rollbackLast({ url, folder });
  stdout.write(
    json
      ? `${JSON.stringify({ rolled_back: [toJson(migration, target)] })}\n`
      : `Rolled back ${describe(migration, target)}\n`,
  );
  return EXIT_CODES.ok;
}

async function writeStatus({ stdout }: CommandContext, project: Project, json: boolean): Promise<number> {
  const rows: (MigrationStatus & { readonly database: string })[] = [];
  for (const { database, url, folder } of migrationTargets(project)) {
    // A look changes nothing: the folder is made by the first migration.
    if (!existsSync(folder)) continue;
    rows.push(...(await migrationStatus({ url, folder })).map((status) => ({ database, ...status })));
  }
  if (json) stdout.write(`${JSON.stringify({ migrations: rows.map(statusJson) })}\n`);
  else if (rows.length === 0) stdout.write("There are no migrations.\n");
  else for (const row of rows) stdout.write(`${statusLine(row)}\n`);
  return EXIT_CODES.ok;
}

function statusLine({
  database,
  state,
  fileName,
  description,
  version,
  hasDown,
}: MigrationStatus & { database: string }): string {
  const name = fileName ?? `${version} ${description} (no file)`;
  const notes = [database === "default" ? "" : `on ${database}`, hasDown ? "" : "no down file"].filter(Boolean);
  return `${state.padEnd(8)} ${name}${notes.length === 0 ? "" : ` (${notes.join(", ")})`}`;
}

function statusJson({
  database,
  version,
  description,
  fileName,
  state,
  installedOn,
  hasDown,
}: MigrationStatus & { database: string }): unknown {
  return {
    database,
    version,
    description,
    file: fileName ?? null,
    state,
    installed_on: installedOn ?? null,
    has_down: hasDown,
  };
}

function toJson({ version, fileName, durationMs }: FinishedMigration, { database }: MigrationTarget): unknown {
  return { database, version, file: fileName, duration_ms: durationMs };
}

function describe({ fileName, durationMs }: FinishedMigration, { database }: MigrationTarget): string {
  return `${fileName}${database === "default" ? "" : ` on ${database}`} (${durationMs} ms)`;
}
