import type { Connection } from "../connection.ts";
import { DbError, MigrateError } from "../errors.ts";
import { isServerError } from "../sql-state.ts";
import type { MigrationScript } from "./migration-file.ts";
import { splitStatements } from "./split-statements.ts";

/** Sends a whole file at once, inside the transaction that is open. */
export async function runInTransaction(connection: Connection, script: MigrationScript): Promise<void> {
  await runPiece(connection, script, { text: script.sql, offset: 0 });
}

/** Sends the statements of a file one by one: several at once are a transaction to PostgreSQL. */
export async function runWithoutTransaction(connection: Connection, script: MigrationScript): Promise<void> {
  for (const piece of splitStatements(script.sql)) await runPiece(connection, script, piece);
}

interface Piece {
  readonly text: string;
  readonly offset: number;
}

async function runPiece(connection: Connection, script: MigrationScript, piece: Piece): Promise<void> {
  try {
    await connection.send({ text: piece.text, values: [], name: undefined });
  } catch (error) {
    throw toStatementError(error, script, piece);
  }
}

function toStatementError(error: unknown, script: MigrationScript, { text, offset }: Piece): unknown {
  const { fileName, sql, isTransactional } = script;
  if (!(error instanceof DbError) || !isServerError(error.cause)) return error;
  const { message, position } = error.cause;
  const place = position === undefined ? undefined : placeOf(sql, offset + unitsOf(text, Number(position) - 1));
  const where = place === undefined ? fileName : `${fileName}:${place.line}:${place.column}`;
  return new MigrateError(`${where}: ${message} (SQLSTATE ${error.cause.code}).`, {
    code: "MIGRATE_STATEMENT_FAILED",
    hint: isTransactional
      ? "Nothing of the file was applied: correct it and migrate again."
      : "The statements before it were applied: undo them by hand, correct the file and delete its row of _sqlx_migrations.",
    details: { ...error.details, file: fileName, ...place },
    cause: error,
  });
}

/** PostgreSQL counts characters, JavaScript UTF-16 units. */
function unitsOf(text: string, characters: number): number {
  return Array.from(text).slice(0, characters).join("").length;
}

function placeOf(sql: string, index: number): { readonly line: number; readonly column: number } {
  const lines = sql.slice(0, index).split("\n");
  return { line: lines.length, column: Array.from(lines.at(-1) ?? "").length + 1 };
}
