import { identifier, objectName } from "../migrate/sql-text.ts";
import type { KnownTable } from "./schema-memory.ts";

/** Rows per batch: some milliseconds of row locks each. */
const BATCH_ROWS = 1_000;

/** A file whose statements run one by one, each committed before the next. */
export function separately(...statements: readonly string[]): string {
  const needed = statements.at(-1) === PROMPT ? statements.slice(0, -1) : statements;
  return ["-- no-transaction", ...needed.map((statement) => statement.replace(/;?\s*$/, ";"))].join("\n");
}

/**
 * A statement with CONCURRENTLY, which waits for every older transaction. Nobody waits for it meanwhile, and one that
 * gives up leaves an INVALID index: so its lock_timeout is long, and short again for what follows.
 */
export function patiently(statement: string): string[] {
  return ["SET lock_timeout = '10min'", statement, PROMPT];
}

const PROMPT = "SET lock_timeout = '2s'";

/** Makes the column NOT NULL; the table is read while others use it. */
export function notNullSteps(table: string, column: string): string[] {
  const constraint = identifier(objectName("chk", column, "not_null"));
  const name = identifier(column);
  return [
    `ALTER TABLE ${table} ADD CONSTRAINT ${constraint} CHECK (${name} IS NOT NULL) NOT VALID`,
    `ALTER TABLE ${table} VALIDATE CONSTRAINT ${constraint}`,
    `ALTER TABLE ${table} ALTER COLUMN ${name} SET NOT NULL`,
    `ALTER TABLE ${table} DROP CONSTRAINT ${constraint}`,
  ];
}

export interface BatchOptions {
  /** Its SQL name. */
  readonly table: string;
  readonly known: KnownTable | undefined;
  /** What is done to the rows of a batch: the statement without its WHERE. */
  readonly statement: string;
}

/** The same change in batches along the primary key, each committed by itself, so that no row is locked for long. */
export function inBatches({ table, known, statement }: BatchOptions): string {
  const key = identifier(known?.primaryKey ?? "id");
  return `DO $$
DECLARE
  done ${table}.${key}%TYPE;
  until ${table}.${key}%TYPE;
BEGIN
  LOOP
    SELECT batch.${key} INTO until
      FROM (SELECT ${key} FROM ${table} WHERE done IS NULL OR ${key} > done ORDER BY ${key} LIMIT ${BATCH_ROWS}) batch
      ORDER BY batch.${key} DESC LIMIT 1;
    EXIT WHEN until IS NULL;
    ${statement} WHERE (done IS NULL OR ${key} > done) AND ${key} <= until;
    COMMIT;
    done := until;
  END LOOP;
END $$;`;
}
