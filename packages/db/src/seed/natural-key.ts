import { columnsOf, isSoftDeleted, type TableModel } from "../migrate/table-model.ts";
import { placeOf } from "./check-seeds.ts";
import { SeedError } from "./errors.ts";
import type { SeedFile } from "./insert-seeds.ts";

/** What a record is recognised by: the columns of a unique index. */
export interface NaturalKey {
  readonly columns: readonly string[];
  /** The index leaves deleted rows out. */
  readonly isPartial: boolean;
}

/**
 * The first unique key to which every record of the file gives a value: the primary key, a unique field, a unique index,
 * each in the order of the resource.
 *
 * @throws SeedError `SEED_KEY_MISSING`, or `SEED_RECORD_REFUSED` when two records have the same key
 */
export function naturalKeyOf(seed: SeedFile, table: TableModel): NaturalKey {
  const key = keysOf(table).find((one) => seed.records.every(({ values }) => isGiven(one, values)));
  if (key === undefined) {
    const choices = keysOf(table).map(({ columns }) => columns.join(" with "));
    throw new SeedError(`${seed.file}: nothing tells its records from the rows that "${table.name}" has.`, {
      code: "SEED_KEY_MISSING",
      hint: `Give every record ${choices.join(", or ")}.`,
      details: { file: seed.file, table: table.name },
    });
  }
  refuseTwins(seed, key);
  return key;
}

function keysOf(table: TableModel): NaturalKey[] {
  const isPartial = isSoftDeleted(table);
  const fields = columnsOf(table);
  const primary = fields.filter((field) => field.primary).map(({ name }) => ({ columns: [name], isPartial: false }));
  const unique = fields.filter((field) => field.unique && !field.primary);
  const indexes = table.indexes.filter((index) => index.unique);
  return [
    ...primary,
    ...unique.map(({ name }) => ({ columns: [name], isPartial })),
    ...indexes.map(({ fields: columns }) => ({ columns, isPartial })),
  ];
}

/** NULL equals nothing, and a deleted row is in no partial index: neither would be found again. */
function isGiven({ columns, isPartial }: NaturalKey, values: Readonly<Record<string, unknown>>): boolean {
  const isThere = (column: string): boolean => (values[column] ?? null) !== null;
  return columns.every(isThere) && !(isPartial && isThere("deleted_at"));
}

/** One statement cannot write a row twice. */
function refuseTwins({ file, records }: SeedFile, { columns }: NaturalKey): void {
  const lines = new Map<string, number>();
  for (const record of records) {
    const key = columns.map((column) => JSON.stringify(String(record.values[column]))).join();
    const line = lines.get(key);
    if (line !== undefined) {
      throw new SeedError(
        `${placeOf(file, record)}: It has the same ${columns.join(" and ")} as the record in line ${line}.`,
        {
          code: "SEED_RECORD_REFUSED",
          hint: "Make one record of the two.",
          details: { file, line: record.line },
        },
      );
    }
    lines.set(key, record.line);
  }
}
