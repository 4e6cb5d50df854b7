import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import {
  draftMigration,
  draftRowSecurity,
  findSchemaChanges,
  findUnsecuredTables,
  LATER_FOLDER,
  type MigrationDraft,
  pendingMigrations,
} from "@shaperail/db/migrate";
import { CliError } from "../errors.ts";
import { type MigrationTarget, planInitial } from "../migrations.ts";
import { explainingEdited } from "./explain-edited.ts";

export interface DraftTargetOptions {
  /** Words of the files' names. */
  readonly name: string;
  /** Also drafts row-level security for resources with a tenant key. */
  readonly rowSecurity: boolean;
}

/**
 * Drafts what is missing between the database and its resources: files of new tables first, then what follows.
 *
 * @throws {@link CliError} `CLI_MIGRATIONS_PENDING`: the difference counts from what is applied
 */
export async function draftTarget(
  target: MigrationTarget,
  { name, rowSecurity }: DraftTargetOptions,
): Promise<MigrationDraft> {
  const { url, folder, resources, database } = target;
  const existingFiles = await listFiles(folder);
  const pending = existsSync(folder) ? await explainingEdited(folder, () => pendingMigrations({ url, folder })) : [];
  if (pending.length > 0) {
    throw new CliError(`${pending.length} migration(s) of the database ${database} are pending.`, {
      code: "CLI_MIGRATIONS_PENDING",
      hint: "Run `shaperail migrate` first: the difference is drafted from what is applied.",
      details: { files: pending.map(({ up }) => up.fileName) },
    });
  }
  const initial = await planInitial(target);
  const isCreated = (table: string): boolean =>
    initial.some(({ fileName }) => fileName.endsWith(`_create_${table}.up.sql`));
  const changes = await findSchemaChanges({ url, tables: resources });
  const draft = draftMigration(
    changes.filter(({ kind, table }) => kind !== "create_table" || !isCreated(table)),
    {
      name,
      existingFiles: [...existingFiles, ...initial.map(({ fileName }) => fileName)],
      laterFiles: await listFiles(join(folder, LATER_FOLDER)),
    },
  );
  const files = [...initial, ...draft.files];
  if (!rowSecurity) return { ...draft, files };
  const { unsecured, notes } = await findUnsecuredTables({ url, tables: resources });
  const taken = [...existingFiles, ...files.map(({ fileName }) => fileName)];
  return {
    ...draft,
    files: [...files, ...draftRowSecurity(unsecured, { name, existingFiles: taken })],
    notes: [...draft.notes, ...notes],
  };
}

async function listFiles(folder: string): Promise<string[]> {
  return existsSync(folder) ? readdir(folder) : [];
}
