import { createDatabase } from "../database.ts";
import type { DbError } from "../errors.ts";
import { identifier } from "../migrate/sql-text.ts";
import type { TableModel } from "../migrate/table-model.ts";
import { toDbError } from "../sql-state.ts";
import type { Statement } from "../statement.ts";
import type { Transaction } from "../transaction.ts";
import { type MatchedSeed, matchSeeds, placeOf } from "./check-seeds.ts";
import { SeedError } from "./errors.ts";
import { batchesOf, insertStatement, toJson, upsertStatement } from "./insert-statement.ts";
import { type NaturalKey, naturalKeyOf } from "./natural-key.ts";

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
  /**
   * What is done about rows that are there. `insert`: nothing, a record that conflicts with one is refused. `if-empty`:
   * nothing is inserted when one of the tables has a row. `upsert`: a row with the unique key of a record becomes what the
   * record says; a column that the record leaves out stays.
   * @default "insert"
   */
  readonly mode?: "insert" | "if-empty" | "upsert";
  /** Called before the first record of a table and after each batch. */
  readonly onProgress?: (progress: SeedProgress) => void;
}

export interface SeedProgress {
  readonly table: string;
  /** Records of the table so far. */
  readonly done: number;
  readonly total: number;
}

/** What was inserted into a table. */
export interface SeededTable {
  readonly table: string;
  readonly count: number;
}

/** What became of a table's rows; `unchanged` are the records that were there as they are. */
export interface UpsertedTable {
  readonly table: string;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
}

/** Tables are in the order of the insertion: a table after those it refers to. */
export type SeedOutcome =
  | { readonly outcome: "inserted"; readonly tables: readonly SeededTable[] }
  | { readonly outcome: "upserted"; readonly tables: readonly UpsertedTable[] }
  /** `if-empty` was asked for, and this table has rows. */
  | { readonly outcome: "skipped"; readonly table: string };

/** Records are of any tenant; see the policies that `migrate new --rls` drafts. */
const BYPASS_TENANTS = { name: "seed.tenants", text: "select set_config('shaperail.bypass_tenant', 'on', true)" };

/**
 * Inserts every record of every file in one transaction: all of them, or none.
 *
 * @throws {@link SeedError}; `DbError` when the server cannot be reached
 */
export async function insertSeeds({
  url,
  tables,
  files,
  mode = "insert",
  onProgress = () => undefined,
}: SeedOptions): Promise<SeedOutcome> {
  const seeds = matchSeeds(files, tables).map((matched) => ({
    ...matched,
    key: mode === "upsert" ? naturalKeyOf(matched.seed, matched.table) : undefined,
  }));
  await using database = createDatabase({
    url,
    poolSize: 1,
    applicationName: "shaperail seed",
    // Records that refer to their own table are one statement, however many there are.
    statementTimeoutMs: 600_000,
    queryTimeoutMs: 601_000,
  });
  await database.connect();
  // Awaited here: the database is closed when this function is left.
  return await database.transaction(async (transaction) => {
    await transaction.run(BYPASS_TENANTS, []);
    const occupied = mode === "if-empty" ? await findOccupied(transaction, seeds) : undefined;
    if (occupied !== undefined) return { outcome: "skipped", table: occupied };
    const written: UpsertedTable[] = [];
    for (const seed of seeds) written.push(await writeTable(transaction, seed, onProgress));
    if (mode === "upsert") return { outcome: "upserted", tables: written };
    return { outcome: "inserted", tables: written.map(({ table, inserted }) => ({ table, count: inserted })) };
  });
}

/** A file with its table and, when rows are recognised, what they are recognised by. */
interface PlannedSeed extends MatchedSeed {
  readonly key: NaturalKey | undefined;
}

async function writeTable(
  transaction: Transaction,
  { seed, table, key }: PlannedSeed,
  onProgress: (progress: SeedProgress) => void,
): Promise<UpsertedTable> {
  const total = seed.records.length;
  let [done, inserted, updated] = [0, 0, 0];
  onProgress({ table: table.name, done, total });
  for (const batch of batchesOf(seed.records, table)) {
    const { columns, records } = batch;
    const statement = key === undefined ? insertStatement(table, columns) : upsertStatement(table, columns, key);
    const counts = await writeBatch(transaction, statement, { file: seed.file, records });
    done += records.length;
    inserted += key === undefined ? records.length : counts.inserted;
    updated += counts.updated;
    onProgress({ table: table.name, done, total });
  }
  return { table: table.name, inserted, updated, unchanged: total - inserted - updated };
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
  readonly records: readonly SeedRecord[];
}

/** What an upsert says about its rows; zeros of an insert, which says nothing. */
interface Counts {
  readonly inserted: number;
  readonly updated: number;
}

async function writeBatch(
  transaction: Transaction,
  statement: Statement,
  { file, records }: FileBatch,
): Promise<Counts> {
  let counts: Counts = { inserted: 0, updated: 0 };
  const write = (part: readonly SeedRecord[]): Promise<DbError | undefined> =>
    attempt(transaction, async () => {
      const [row] = (await transaction.run(statement, [toJson(part)])).rows;
      counts = { inserted: Number(row?.[0] ?? 0), updated: Number(row?.[1] ?? 0) };
    });
  const error = await write(records);
  if (error === undefined) return counts;
  if (error.code === "DB_UNAVAILABLE" || error.code === "DB_SCHEMA_MISMATCH" || error.code === "DB_TIMEOUT")
    throw error;
  const { record, refusal } = await findRefused(records, write);
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
