import { columnsOf, type TableModel } from "../migrate/table-model.ts";
import { SeedError } from "./errors.ts";
import type { SeedFile, SeedRecord } from "./insert-seeds.ts";

/** A seed file with the table it is for. */
export interface MatchedSeed {
  readonly seed: SeedFile;
  readonly table: TableModel;
}

/**
 * Finds the table of each file and orders them so that a table comes after those it refers to; where tables refer to
 * each other in a circle, the order of the files stays.
 *
 * @throws SeedError `SEED_TABLE_UNKNOWN`, `SEED_COLUMN_UNKNOWN`, or `SEED_RECORD_REFUSED` for one without a column
 */
export function matchSeeds(files: readonly SeedFile[], tables: readonly TableModel[]): MatchedSeed[] {
  const matched = files.map((seed) => ({ seed, table: tableOf(seed, tables) }));
  for (const { seed, table } of matched) checkColumns(seed, table);
  const waiting = [...matched];
  const ordered: MatchedSeed[] = [];
  while (waiting.length > 0) {
    const isReady = ({ table }: MatchedSeed): boolean =>
      columnsOf(table).every(
        ({ ref }) =>
          ref === undefined ||
          ref.resource === table.name ||
          !waiting.some((other) => other.table.name === ref.resource),
      );
    ordered.push(...waiting.splice(Math.max(0, waiting.findIndex(isReady)), 1));
  }
  return ordered;
}

function tableOf({ file, table }: SeedFile, tables: readonly TableModel[]): TableModel {
  const found = tables.find(({ name }) => name === table);
  if (found !== undefined) return found;
  throw new SeedError(`${file}: there is no table "${table}".`, {
    code: "SEED_TABLE_UNKNOWN",
    hint: `Name the file after one of ${tables.map(({ name }) => name).join(", ")}.`,
    details: { file, table },
  });
}

function checkColumns({ file, records }: SeedFile, table: TableModel): void {
  const columns = new Set(columnsOf(table).map(({ name }) => name));
  for (const record of records) {
    const keys = Object.keys(record.values);
    if (keys.length === 0) throw emptyRecord(file, record);
    const unknown = keys.find((key) => !columns.has(key));
    if (unknown === undefined) continue;
    throw new SeedError(`${placeOf(file, record)}: "${table.name}" has no column "${unknown}".`, {
      code: "SEED_COLUMN_UNKNOWN",
      hint: `Its columns are ${[...columns].join(", ")}.`,
      details: { file, line: record.line, column: unknown },
    });
  }
}

function emptyRecord(file: string, record: SeedRecord): SeedError {
  return new SeedError(`${placeOf(file, record)}: The record is empty.`, {
    code: "SEED_RECORD_REFUSED",
    hint: "Give it at least one column, or remove it.",
    details: { file, line: record.line },
  });
}

export function placeOf(file: string, { line }: SeedRecord): string {
  return `${file}:${line}`;
}
