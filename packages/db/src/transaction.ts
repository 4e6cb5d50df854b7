import type { Kysely, TransactionSettings } from "kysely";
import type { Connection } from "./connection.ts";
import { createTransactionKysely, type ObserveQuery } from "./kysely-driver.ts";
import { dbError } from "./sql-state.ts";
import type { RawResult, RawValue, Statement } from "./statement.ts";

export interface TransactionOptions {
  /** @default the server's, which is "read committed" unless it was changed */
  readonly isolation?: "read committed" | "repeatable read" | "serializable";
  /** @default false */
  readonly readOnly?: boolean;
}

/** A running transaction. Usable only inside the callback it was given to. */
export interface Transaction {
  /** Like `database.run`, inside the transaction. A failed statement aborts the transaction: let its error go. */
  run(statement: Statement, values: readonly RawValue[]): Promise<RawResult>;
  /** A query builder inside the transaction. */
  kysely<Schema>(): Kysely<Schema>;
}

/** Limits set for the length of a transaction, where the session cannot carry them. */
export interface LocalTimeouts {
  readonly statementMs: number;
  readonly idleInTransactionMs: number;
}

/** The SQL that begins a transaction; with `local`, in one round trip with the limits of a session behind a pooler. */
export function beginSql(
  { isolationLevel, accessMode }: TransactionSettings,
  local: LocalTimeouts | undefined,
): string {
  const modes = [isolationLevel && `isolation level ${isolationLevel}`, accessMode].filter(Boolean).join(", ");
  const begin = modes === "" ? "begin" : `begin ${modes}`;
  if (local === undefined) return begin;
  const limits = [
    `set local statement_timeout = ${Math.trunc(local.statementMs)}`,
    `set local idle_in_transaction_session_timeout = ${Math.trunc(local.idleInTransactionMs)}`,
  ];
  return [begin, ...limits].join("; ");
}

export interface TransactionContext {
  readonly begin: string;
  readonly run: (statement: Statement, values: readonly RawValue[]) => Promise<RawResult>;
  /** For the query builder; undefined: nobody watches. */
  readonly observe?: ObserveQuery | undefined;
}

/** Runs the work between BEGIN and COMMIT on this connection; any error rolls back and is thrown on. */
export async function runTransaction<T>(
  connection: Connection,
  work: (transaction: Transaction) => Promise<T>,
  { begin, run, observe }: TransactionContext,
): Promise<T> {
  const command = (text: string): Promise<{ readonly command: string }> =>
    connection.send({ text, values: [], name: undefined });
  let ended = false;
  await command(begin);
  try {
    const result = await work({
      async run(statement, values) {
        if (ended) throw new TypeError("The transaction has ended: use it only inside its callback.");
        return run(statement, values);
      },
      kysely: <Schema>() => createTransactionKysely<Schema>(connection, () => ended, observe),
    });
    ended = true;
    // PostgreSQL answers COMMIT with ROLLBACK, and no error, when a statement of the transaction had failed.
    if ((await command("commit")).command === "ROLLBACK") throw dbError("DB_TRANSACTION_ABORTED");
    return result;
  } catch (error) {
    ended = true;
    // When the rollback fails too, the connection is no longer idle, and whoever lent it throws it away.
    if (!connection.lost && !connection.isIdleSession) await command("rollback").catch(() => undefined);
    throw error;
  }
}
