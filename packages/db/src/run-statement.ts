import type { Connection } from "./connection.ts";
import { DbError } from "./errors.ts";
import type { Pool } from "./pool.ts";
import type { RawAnswer } from "./raw-query.ts";
import { dbError, isStalePlan } from "./sql-state.ts";
import { isShareable, needsSession, serverNameOf, type RawValue, type Statement } from "./statement.ts";

export interface StatementRunnerOptions {
  readonly pool: Pool;
  /** Whether statements are kept prepared on the server; asked each time. */
  readonly isNaming: () => boolean;
  /** The server no longer has a statement that it had confirmed. */
  readonly onStatementLost: () => void;
}

export interface StatementRunner {
  /** On whatever connection suits. */
  run(statement: Statement, values: readonly RawValue[]): Promise<RawAnswer>;
  /** On this connection. */
  runOn(connection: Connection, statement: Statement, values: readonly RawValue[]): Promise<RawAnswer>;
}

/** What is known about a statement once it has been seen. */
interface Known {
  readonly shareable: boolean;
  readonly needsSession: boolean;
  serverName: string;
  /** Counts the plans that a change of schema has made unusable. */
  generation: number;
}

export function createStatementRunner({ pool, isNaming, onStatementLost }: StatementRunnerOptions): StatementRunner {
  const seen = new WeakMap<Statement, Known>();

  function know(statement: Statement): Known {
    let known = seen.get(statement);
    if (known === undefined) {
      known = {
        shareable: isShareable(statement),
        needsSession: needsSession(statement),
        serverName: serverNameOf(statement, 0),
        generation: 0,
      };
      seen.set(statement, known);
    }
    return known;
  }

  /** Learns from an error that a prepared statement caused; true when the same statement without a name will do. */
  function learn(error: unknown, statement: Statement, usedName: string): boolean {
    const known = know(statement);
    if (isStalePlan(error)) {
      // The table changed under a plan that every session may hold: a new name makes each of them plan again.
      if (known.serverName === usedName) known.serverName = serverNameOf(statement, (known.generation += 1));
      return true;
    }
    return error instanceof DbError && error.code === "DB_PREPARED_STATEMENT_LOST";
  }

  function noteLoss(error: unknown, wasPrepared: boolean): void {
    // A name that was never confirmed is missing because its own preparation failed, which the retry will show.
    const lost = error instanceof DbError && error.code === "DB_PREPARED_STATEMENT_LOST";
    if (lost && (wasPrepared || error.details?.["sqlState"] === "42P05")) onStatementLost();
  }

  async function runOn(connection: Connection, statement: Statement, values: readonly RawValue[]): Promise<RawAnswer> {
    const known = know(statement);
    const isDirect = isNaming();
    if (known.needsSession && !isDirect) throw dbError("DB_SESSION_REQUIRED");
    const name = isDirect && statement.prepare !== false ? known.serverName : undefined;
    const wasPrepared = name !== undefined && connection.hasPrepared(name);
    try {
      return await connection.send({ text: statement.text, values, name });
    } catch (error) {
      noteLoss(error, wasPrepared);
      throw error;
    }
  }

  return {
    runOn,
    async run(statement, values) {
      const known = know(statement);
      const name = known.serverName;
      const lend = known.shareable ? pool.share : pool.lease;
      try {
        return await lend((connection) => runOn(connection, statement, values));
      } catch (error) {
        if (!learn(error, statement, name)) throw error;
        // Binding failed, so nothing has run: running it now is not running it twice.
        return lend((connection) => connection.send({ text: statement.text, values, name: undefined }));
      }
    },
  };
}
