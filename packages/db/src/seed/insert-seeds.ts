import { createDatabase } from "../database.ts";
import type { DbError } from "../errors.ts";
import { identifier } from "../migrate/sql-text.ts";
import type { TableModel } from "../migrate/table-model.ts";
import { toDbError } from "../sql-state.ts";
import type { Transaction } from "../transaction.ts";
import { type MatchedSeed, matchSeeds, placeOf } from "./check-seeds.ts";
import { SeedError } from "./errors.ts";
import { type Batch, batchesOf, insertStatement, toJson } from "./insert-statement.ts";

/** One row to insert. A column that is not there gets the database's default; one that is null gets NULL. */
export interface SeedRecord {
  readonly values: Readonly<Record<string, unknown>>;
  /** Where the record begins in its file, from 1. */
  readonly line: number;
}

/** The records for one table. */
export interface SeedFile {
  /** Name for messages. */
  readonly file: string;
  readonly table: string;
  readonly records: readonly SeedRecord[];
}

export interface SeedOptions {
  /** `postgresql://user:password@host:5432/name`. */
  readonly url: string;
  /** The tables of this database. */
  readonly tables: readonly TableModel[];
  readonly files: readonly SeedFile[];
  /** Inserts nothing when one of the tables has a row. @default false */
  readonly ifEmpty?: boolean;
}

/** What was inserted into a table. */
export interface SeededTable {
  readonly table: string;
  readonly count: number;
}

export type SeedOutcome =
  /** In the order of the insertion: a table after those it refers to. */
  | { readonly outcome: "inserted"; readonly tables: readonly SeededTable[] }
  /** `ifEmpty` was asked for, and this table has rows. */
  | { readonly outcome: "skipped"; readonly table: string };

/** Records are of any tenant; see the policies that `migrate new --rls` drafts. */
const BYPASS_TENANTS = { name: "seed.tenants", text: "select set_config('shaperail.bypass_tenant', 'on', true)" };

/**
 * Inserts every record of every file in one transaction: all of them, or none.
 *
 * @throws {@link SeedError}; `DbError` when the server cannot be reached
 */
export async function insertSeeds({ url, tables, files, ifEmpty = false }: SeedOptions): Promise<SeedOutcome> {
  const seeds = matchSeeds(files, tables);
  await using database = createDatabase({
    url,
    poolSize: 1,
    applicationName: "shaperail seed",
    // A file of a hundred thousand records is one statement.
    statementTimeoutMs: 600_000,
    queryTimeoutMs: 601_000,
  });
  await database.connect();
  // Awaited here: the database is closed when this function is left.
  return await database.transaction(async (transaction) => {
    await transaction.run(BYPASS_TENANTS, []);
    const occupied = ifEmpty ? await findOccupied(transaction, seeds) : undefined;
    if (occupied !== undefined) return { outcome: "skipped", table: occupied };
    const seeded: SeededTable[] = [];
    for (const { seed, table } of seeds) {
      for (const batch of batchesOf(seed.records)) await insertBatch(transaction, table, { file: seed.file, batch });
      seeded.push({ table: table.name, count: seed.records.length });
    }
    return { outcome: "inserted", tables: seeded };
  });
}

async function findOccupied(transaction: Transaction, seeds: readonly MatchedSeed[]): Promise<string | undefined> {
  for (const { table } of seeds) {
    const text = `select exists (select from ${identifier(table.name)})`;
    const { rows } = await transaction.run({ name: `seed.${table.name}.exists`, text }, []);
    if (rows[0]?.[0] === "t") return table.name;
  }
  return undefined;
}

interface FileBatch {
  readonly file: string;
  readonly batch: Batch;
}

async function insertBatch(transaction: Transaction, table: TableModel, { file, batch }: FileBatch): Promise<void> {
  const { columns, records } = batch;
  const statement = insertStatement(table, columns);
  const insert = (part: readonly SeedRecord[]): Promise<DbError | undefined> =>
    attempt(transaction, () => transaction.run(statement, [toJson(part)]));
  const error = await insert(records);
  if (error === undefined) return;
  if (error.code === "DB_UNAVAILABLE" || error.code === "DB_SCHEMA_MISMATCH" || error.code === "DB_TIMEOUT")
    throw error;
  const { record, refusal } = await findRefused(records, insert);
  throw new SeedError(`${placeOf(file, record)}: ${refusal.message}`, {
    code: "SEED_RECORD_REFUSED",
    hint: "Correct the record; nothing was inserted.",
    details: { ...refusal.details, file, line: record.line },
    cause: refusal,
  });
}

/**
 * The first record without which what comes before it can be inserted: half of the rest is tried each time, so that
 * finding it costs about as much as inserting everything twice.
 */
async function findRefused(
  records: readonly SeedRecord[],
  insert: (part: readonly SeedRecord[]) => Promise<DbError | undefined>,
): Promise<{ readonly record: SeedRecord; readonly refusal: DbError }> {
  let start = 0;
  let end = records.length;
  let refusal: DbError | undefined;
  while (end - start > 1) {
    const middle = Math.ceil((start + end) / 2);
    // What was accepted stays in the transaction, because the record that is refused may conflict with it.
    const error = await insert(records.slice(start, middle));
    if (error === undefined) start = middle;
    else {
      end = middle;
      refusal = error;
    }
  }
  const record = records[start];
  if (record === undefined) throw new TypeError("An empty batch was refused.");
  return { record, refusal: (await insert([record])) ?? refusal ?? toDbError(new Error("The record was refused.")) };
}

/** Runs the work inside a savepoint; a refusal undoes it and leaves the transaction usable. */
async function attempt(transaction: Transaction, work: () => Promise<unknown>): Promise<DbError | undefined> {
  const command = (text: string): Promise<unknown> => transaction.run({ name: `seed.${text}`, text }, []);
  await command("savepoint seed");
  try {
    await work();
    await command("release savepoint seed");
    return undefined;
  } catch (error) {
    const refusal = toDbError(error);
    if (refusal.code !== "DB_UNAVAILABLE") await command("rollback to savepoint seed");
    return refusal;
  }
}
