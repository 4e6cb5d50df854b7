import { ShaperailError } from "@shaperail/core";

export type SeedErrorCode =
  /** A seed file is named after no table of the project. */
  | "SEED_TABLE_UNKNOWN"
  /** A record has a key that is no column of its table. */
  | "SEED_COLUMN_UNKNOWN"
  /** With `upsert`: no unique key has a value in every record of a file. */
  | "SEED_KEY_MISSING"
  /** The database refused a record; nothing of any file was inserted. */
  | "SEED_RECORD_REFUSED";

/** What `insertSeeds` throws besides `DbError`. `details` carries `file` and `line`, never a value. */
export class SeedError extends ShaperailError<SeedErrorCode> {
  override readonly name = "SeedError";
}
