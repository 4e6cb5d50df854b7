import type { SchemaChange } from "./diff-schema.ts";
import { type DraftPhase, type DraftPiece, draftChange } from "./draft-change.ts";
import { draftLater } from "./draft-later.ts";
import { formatVersion, parseMigrationName } from "./migration-name.ts";
import type { NewMigrationFile } from "./plan-initial.ts";

/** Folder, inside the migrations folder, of what is drafted and not yet to be applied. */
export const LATER_FOLDER = "_later";

export interface DraftInput {
  /** Words of the files' names: `add_summary`. */
  readonly name: string;
  /** Names of the files in the migrations folder, new ones too. */
  readonly existingFiles: readonly string[];
  /** Names of the files in its `_later` folder. */
  readonly laterFiles: readonly string[];
}

export interface MigrationDraft {
  /** In the order in which they run, each with its down file. */
  readonly files: readonly NewMigrationFile[];
  /** For the `_later` folder: names begin with it. */
  readonly later: readonly NewMigrationFile[];
  /** What has to be written by hand. */
  readonly notes: readonly string[];
}

const SUFFIXES: Readonly<Record<DraftPhase, string>> = {
  quick: "",
  indexes: "_indexes",
  validate: "_validate",
  finish: "_finish",
};
const PHASES: readonly DraftPhase[] = ["quick", "indexes", "validate", "finish"];

// Waiting for the transactions before it is what a concurrent build does, and it keeps nobody waiting meanwhile.
const OUTSIDE = "-- no-transaction repeatable\nSET lock_timeout = '10min';\n";
const INSIDE = "SET LOCAL lock_timeout = '2s';\n";

/** Writes the differences down as migrations that are safe while the version before them serves. */
export function draftMigration(
  changes: readonly SchemaChange[],
  { name, existingFiles, laterFiles }: DraftInput,
): MigrationDraft {
  const later = changes
    .map(draftLater)
    .filter((draft) => draft !== undefined)
    .filter(({ stem }) => !isDrafted(stem, laterFiles));
  // The first half of what is drafted for later is there since it was drafted.
  const isWaiting = (change: SchemaChange): boolean => {
    const draft = draftLater(change);
    return draft !== undefined && !later.some(({ stem }) => stem === draft.stem);
  };
  const pieces = changes.filter((change) => !isWaiting(change)).flatMap(draftChange);
  let version = Math.max(0, ...existingFiles.map((file) => parseMigrationName(file)?.version ?? 0));
  const files = PHASES.flatMap((phase) => {
    const own = pieces.filter((piece) => piece.phase === phase);
    if (own.length === 0) return [];
    version += 1;
    return pair(`${formatVersion(version)}_${name}${SUFFIXES[phase]}`, phase === "indexes" ? OUTSIDE : INSIDE, own);
  });
  return {
    files,
    later: later.flatMap(({ stem, up, down }) => [
      { fileName: `${LATER_FOLDER}/${stem}.up.sql`, contents: up },
      { fileName: `${LATER_FOLDER}/${stem}.down.sql`, contents: down },
    ]),
    notes: changes.flatMap(noteOf),
  };
}

function isDrafted(stem: string, files: readonly string[]): boolean {
  return files.some((file) => file.replace(/(\.up|\.down)?\.sql$/, "") === stem);
}

function pair(stem: string, head: string, pieces: readonly DraftPiece[]): NewMigrationFile[] {
  const up = pieces.map((piece) => piece.up);
  const down = pieces.map((piece) => piece.down).toReversed();
  return [
    { fileName: `${stem}.up.sql`, contents: `${head}${up.join("\n")}\n` },
    { fileName: `${stem}.down.sql`, contents: `${head}${down.join("\n")}\n` },
  ];
}

function noteOf(change: SchemaChange): string[] {
  if (change.kind === "create_table") {
    return [`The table "${change.table}" is missing although its migration was applied: somebody dropped it.`];
  }
  const constraint =
    change.kind === "replace_constraint" ? change.to : change.kind === "add_constraint" ? change.constraint : undefined;
  if (constraint === undefined || draftChange(change).length > 0) return [];
  return [
    `The constraint "${constraint.name}" of "${change.table}" has to be changed by hand: ${constraint.definition}.`,
  ];
}
