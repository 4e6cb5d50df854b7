import { existsSync } from "node:fs";
import { relative } from "node:path";
import type { CheckedMigrations } from "@shaperail/db/lint";
import type { LiveRelease } from "@shaperail/db/migrate";
import { formatDiagnostics, hasErrors } from "@shaperail/source";
import type { CommandContext, Output } from "../command.ts";
import { CliError, EXIT_CODES } from "../errors.ts";
import type { MigrationTarget } from "../migrations.ts";
import { paintFor } from "../paint.ts";
import { readLiveReleases } from "./read-live-releases.ts";

export interface FindUnsafeOptions {
  /** Versions that are applied next. @default every file */
  readonly pending?: readonly number[];
  /** What may be serving meanwhile. @default nothing is known */
  readonly releases?: readonly LiveRelease[];
  /** Versions that are not applied: only they can still take something from a release. @default every file */
  readonly unapplied?: readonly number[];
  /** First version that is checked. @default 0 */
  readonly from?: number;
}

/** What the files of a target would block or break; nothing when it has no files. */
export async function findUnsafe(
  { folder, resources }: MigrationTarget,
  { pending, ...options }: FindUnsafeOptions,
): Promise<CheckedMigrations> {
  if (!existsSync(folder) || pending?.length === 0) return { diagnostics: [], sources: new Map() };
  // The parser of PostgreSQL is a megabyte and a half, which a start without pending migrations does not wait for.
  const { checkMigrations } = await import("@shaperail/db/lint");
  return checkMigrations({ folder: relative("", folder), tables: resources, pending, ...options });
}

/** The findings as people read them, each with the SQL to write instead. */
export function formatUnsafe({ diagnostics, sources }: CheckedMigrations, output: Output): string {
  const { green } = paintFor(output);
  return diagnostics
    .map((diagnostic) => {
      const { example } = diagnostic;
      const text = formatDiagnostics([diagnostic], { sources, color: output.color });
      return `${text}\n${example === undefined ? "" : `  ${green("instead:")}\n${example.replaceAll(/^(?=.)/gm, "    ")}\n`}\n`;
    })
    .join("");
}

/**
 * Says what is found in the files that are applied next.
 *
 * @throws {@link CliError} `CLI_MIGRATION_UNSAFE` when a finding is an error
 */
export async function refuseUnsafe(
  { stderr }: CommandContext,
  target: MigrationTarget,
  pending: readonly number[],
): Promise<void> {
  const releases = pending.length === 0 ? [] : await readLiveReleases(target);
  const found = await findUnsafe(target, { pending, releases });
  stderr.write(formatUnsafe(found, stderr));
  if (!hasErrors(found.diagnostics)) return;
  throw new CliError(`Pending migrations of the database ${target.database} are not safe; none of them was applied.`, {
    code: "CLI_MIGRATION_UNSAFE",
    hint: "Rewrite them as shown; or allow what is meant, by a comment on the line before: `-- shaperail:allow CODE reason`.",
    exitCode: EXIT_CODES.problemsFound,
  });
}
