/** What the rules can find. Codes are public: an allow comment in somebody's migration names them. */
export type LintCode =
  /** The file is not SQL as PostgreSQL 18 reads it. */
  | "MC001"
  /** There is no down file, or there is nothing in it. */
  | "MC002"
  /** An allow comment has no reason, or names no code. */
  | "MC003"
  /** An allow comment silences nothing. */
  | "MC004"
  /** A file that runs in a transaction begins or ends one itself. */
  | "MC005"
  /** SQL is put together at run time, where nothing can check it. */
  | "MC006"
  /** The second linter, squawk, could not run. */
  | "MC007"
  /** A new column makes PostgreSQL write every row again. */
  | "MC010"
  /** A new column must have a value that existing rows do not have. */
  | "MC011"
  /** A change of type makes PostgreSQL write every row again, or check it. */
  | "MC012"
  /** SET NOT NULL reads the whole table while nobody else can. */
  | "MC013"
  /** A CHECK or NOT NULL constraint is added without NOT VALID. */
  | "MC014"
  /** A foreign key is added without NOT VALID. */
  | "MC015"
  /** A unique, primary key or exclusion constraint builds its index while nobody else can use the table. */
  | "MC016"
  /** The whole table is written again while nobody else can use it. */
  | "MC017"
  /** A materialized view is refreshed without CONCURRENTLY. */
  | "MC018"
  /** A partition is attached without a constraint that proves its rows fit. */
  | "MC019"
  /** An index of an existing table is built without CONCURRENTLY. */
  | "MC020"
  /** An index is dropped without CONCURRENTLY. */
  | "MC021"
  /** An index is rebuilt without CONCURRENTLY. */
  | "MC022"
  /** A statement that no transaction may contain is in one. */
  | "MC023"
  /** A constraint is validated in a transaction that has locked its table. */
  | "MC024"
  /** A new value of an enum is used in the transaction that adds it. */
  | "MC025"
  /** A partition is detached without CONCURRENTLY. */
  | "MC026"
  /** A column is dropped that the resources still read. */
  | "MC030"
  /** A table is dropped that the resources still read. */
  | "MC031"
  /** A column is renamed. */
  | "MC032"
  /** A table is renamed, or moved to another schema. */
  | "MC033"
  /** A column or a table goes, or changes its name, that a release which is not retired still uses. */
  | "MC034"
  /** A column must have a value that a release which is not retired does not give it. */
  | "MC035"
  /** One transaction locks several tables that are in use. */
  | "MC040"
  /** Rows are changed in the transaction that changes a table that is in use. */
  | "MC041"
  /** All rows of a table are updated or deleted by one statement. */
  | "MC042"
  /** A table in use is truncated. */
  | "MC043"
  /** A table is locked by hand. */
  | "MC044"
  /** A statement may wait for its lock without end, and everybody behind it. */
  | "MC045"
  /** A `char(n)` column, which pads its values. */
  | "MC101"
  /** A constraint is added to a domain, whose every column is read under a lock. */
  | "MC102"
  /** A domain has a constraint, which cannot be changed without reading every column of it. */
  | "MC103"
  /** A database is dropped. */
  | "MC104"
  /** A name is longer than PostgreSQL keeps. */
  | "MC106"
  /** One UPDATE sets a column twice. */
  | "MC107";

/** What a rule says about a stretch of the file; everything else is derived from it. */
export interface Finding {
  readonly code: LintCode;
  /** @default "error" */
  readonly severity?: "error" | "warning";
  /** What happens, and to whom. */
  readonly message: string;
  readonly fix: string;
  /** SQL that does the same safely: a file of its own, or the start of one. */
  readonly example?: string | undefined;
  readonly start: number;
  readonly end: number;
}
