import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { isShaperailError, toError } from "@shaperail/core";
import {
  type FinishedMigration,
  type MigrationFile,
  type MigrationProgress,
  migrationStatus,
  type MigrationStatus,
  pendingMigrations,
  type PlanChoices,
  rollbackLast,
} from "@shaperail/db/migrate";
import type { Project } from "@shaperail/runtime";
import type { CommandContext, RunCommand } from "../command.ts";
import { EXIT_CODES } from "../errors.ts";
import { maskCredentials } from "../mask-credentials.ts";
import { JOB_SCHEMA, type JobTables, readJobTables } from "../jobs/job-tables.ts";
import { refuseUnsafe } from "../migrate/check-target.ts";
import { explainingEdited } from "../migrate/explain-edited.ts";
import { choicesOf, modeOf, targetsOf } from "../migrate/migrate-options.ts";
import { createProgressLine } from "../migrate/progress-line.ts";
import { type MigrationTarget, migrateProject, planInitial } from "../migrations.ts";
import { openProject } from "../project.ts";

/** What a form of the command works on. */
interface Asked {
  readonly project: Project;
  readonly targets: readonly MigrationTarget[];
  readonly choices: PlanChoices;
  readonly json: boolean;
  readonly check: boolean;
}

type Form = (context: CommandContext, asked: Asked) => Promise<number>;

export const runMigrate: RunCommand = async (context, invocation) => {
  const mode = modeOf(invocation);
  const choices = choicesOf(invocation);
  await using opened = await openProject(context, { needs: "databases" });
  const { project } = opened;
  const json = invocation.flag("json");
  // The flag is --no-check.
  const asked = { project, targets: targetsOf(project, invocation), choices, json, check: invocation.flag("check") };
  return await FORMS[mode](context, asked);
};

const migrate: Form = async (context, { project, targets, choices, json, check }) => {
  const { stdout } = context;
  const generated: string[] = [];
  const applied: unknown[] = [];
  let hasMadeTables = false;
  const count = await untilSignal(context, async (signal) => {
    await using line = createProgressLine(context);
    return await migrateProject(project, {
      ...choices,
      targets,
      signal,
      ...(check ? { check: (target, pending) => refuseUnsafe(context, target, pending) } : {}),
      onGenerated(file) {
        generated.push(file);
        if (!json) stdout.write(`Generated ${file}\n`);
      },
      onApplied(migration, target) {
        applied.push(toJson(migration, target));
        if (!json) stdout.write(`Applied ${describe(migration, target)}\n`);
      },
      onProgress: (progress, { database }) => line.follow(progress, database),
      onJobTables() {
        hasMadeTables = true;
        if (!json) stdout.write(`Made the tables of the job queue (schema ${JOB_SCHEMA})\n`);
      },
    });
  }).catch((error: unknown) => {
    // What was applied is applied, whatever a later file does; standard error says the rest.
    if (json) stdout.write(`${JSON.stringify({ generated, applied, error: errorJson(error) })}\n`);
    throw error;
  });
  const jobTables = hasMadeTables ? { job_tables: "made" } : {};
  if (json) stdout.write(`${JSON.stringify({ generated, applied, ...jobTables })}\n`);
  else if (count === 0 && !hasMadeTables) stdout.write("Nothing to apply.\n");
  return EXIT_CODES.ok;
};

const rollback: Form = async (context, { targets, json }) => {
  const rolledBack: unknown[] = [];
  for (const target of targets) {
    const { url, folder, database } = target;
    const migration = await untilSignal(context, async (signal) => {
      await using line = createProgressLine(context);
      const onProgress = (progress: MigrationProgress): void => line.follow(progress, database);
      return await explainingEdited(folder, () => rollbackLast({ url, folder, signal, onProgress }));
    });
    rolledBack.push(toJson(migration, target));
    if (!json) context.stdout.write(`Rolled back ${describe(migration, target)}\n`);
  }
  if (json) context.stdout.write(`${JSON.stringify({ rolled_back: rolledBack })}\n`);
  return EXIT_CODES.ok;
};

const dryRun: Form = async ({ stdout }, { project, targets, choices, json }) => {
  const wouldGenerate: unknown[] = [];
  const wouldApply: unknown[] = [];
  const lines: string[] = [];
  for (const target of targets) {
    const { database, url, folder } = target;
    const plan = (): Promise<MigrationFile[]> => pendingMigrations({ ...choices, url, folder });
    const pending = existsSync(folder) ? await explainingEdited(folder, plan) : [];
    for (const { version, up } of pending) {
      wouldApply.push({ database, version, file: up.fileName, sql: up.sql });
      lines.push(`Would apply ${up.fileName}${onDatabase(target)}:`, indent(up.sql));
    }
    for (const { fileName, contents } of await planInitial(target)) {
      const file = relative("", join(folder, fileName));
      wouldGenerate.push({ database, file, sql: contents });
      if (!fileName.endsWith(".down.sql")) lines.push(`Would generate and apply ${file}:`, indent(contents));
    }
  }
  const jobTables = choices.to === undefined ? await jobTablesOf(project, targets) : "none";
  if (jobTables === "pending") lines.push(`Would make the tables of the job queue (schema ${JOB_SCHEMA}).`);
  const outcome = { would_generate: wouldGenerate, would_apply: wouldApply, ...jobTablesJson(jobTables) };
  if (json) stdout.write(`${JSON.stringify(outcome)}\n`);
  else stdout.write(lines.length === 0 ? "Nothing to apply.\n" : `${lines.join("\n")}\n`);
  return EXIT_CODES.ok;
};

const writeStatus: Form = async ({ stdout }, { project, targets, json }) => {
  const rows: (MigrationStatus & { readonly database: string })[] = [];
  for (const { database, url, folder } of targets) {
    // A look changes nothing: the folder is made by the first migration.
    if (!existsSync(folder)) continue;
    rows.push(...(await migrationStatus({ url, folder })).map((status) => ({ database, ...status })));
  }
  const jobTables = await jobTablesOf(project, targets);
  if (json) {
    stdout.write(`${JSON.stringify({ migrations: rows.map(statusJson), ...jobTablesJson(jobTables) })}\n`);
    return EXIT_CODES.ok;
  }
  if (rows.length === 0) stdout.write("There are no migrations.\n");
  for (const row of rows) stdout.write(`${statusLine(row)}\n`);
  if (jobTables !== "none") {
    const state = jobTables === "current" ? "applied" : "pending";
    stdout.write(`${state.padEnd(8)} tables of the job queue (schema ${JOB_SCHEMA})\n`);
  }
  return EXIT_CODES.ok;
};

/** They are with the default database. */
async function jobTablesOf(project: Project, targets: readonly MigrationTarget[]): Promise<JobTables> {
  return targets.some(({ database }) => database === "default") ? readJobTables(project) : "none";
}

function jobTablesJson(jobTables: JobTables): { readonly job_tables?: JobTables } {
  return jobTables === "none" ? {} : { job_tables: jobTables };
}

const FORMS: Readonly<Record<ReturnType<typeof modeOf>, Form>> = {
  apply: migrate,
  "dry-run": dryRun,
  rollback,
  status: writeStatus,
};

/** A first signal stops the work, which cleans up after itself; a second one does not wait for that. */
async function untilSignal<T>(context: CommandContext, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const forget = context.onSignal(() => {
    if (controller.signal.aborted) context.exit(EXIT_CODES.interrupted);
    controller.abort();
  });
  try {
    return await work(controller.signal);
  } finally {
    forget();
  }
}

function errorJson(thrown: unknown): unknown {
  const error = toError(thrown);
  const code = isShaperailError(error) ? error.code : "CLI_UNEXPECTED";
  return { code, message: maskCredentials(error.message) };
}

function indent(sql: string): string {
  return sql.trimEnd().replace(/^(?=.)/gm, "  ");
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

function describe({ fileName, durationMs }: FinishedMigration, target: MigrationTarget): string {
  return `${fileName}${onDatabase(target)} (${durationMs} ms)`;
}

function onDatabase({ database }: MigrationTarget): string {
  return database === "default" ? "" : ` on ${database}`;
}
