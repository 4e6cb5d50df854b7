import { setTimeout as sleep } from "node:timers/promises";
import { isShaperailError } from "@shaperail/core";
import type { Scope, SqlValue, StatementRunner } from "../port.ts";
import { toHttpError } from "./db-error.ts";
import type { Table } from "./table.ts";

type Run = StatementRunner["run"];

/** A table that a statement reads besides its own, and which of its rows. */
export interface ScopedTable {
  readonly table: Table;
  readonly scope: Scope;
}

/** How the statements of a request are run. */
export interface Session {
  /** Runs statements one by one; errors of the database are answers already. */
  runAs(scope: Scope, related?: readonly ScopedTable[]): Run;
  /** Does the work in one transaction; undefined when the database cannot. */
  readonly transaction: (<T>(work: (transaction: OpenTransaction) => Promise<T>) => Promise<T>) | undefined;
}

/** A transaction under way. What fails in it is the error of the database, and the end of it. */
export interface OpenTransaction {
  /** Runs a statement that reads no rows of tenants. */
  readonly run: Run;
  runAs: Session["runAs"];
}

export interface SessionOptions {
  readonly runner: StatementRunner;
  readonly table: Table;
  /** Policies of the database look at who is calling, too. */
  readonly rowLevelSecurity: boolean;
}

export function createSession({ runner, table, rowLevelSecurity }: SessionOptions): Session {
  const { transaction } = runner;
  const plain = retrying((statement, values) => runner.run(statement, values), table);
  if (transaction === undefined) return { runAs: () => plain, transaction: undefined };
  const begin = transaction.bind(runner);
  if (!rowLevelSecurity) {
    return { runAs: () => plain, transaction: (work) => begin(({ run }) => work({ run, runAs: () => run })) };
  }
  /** Sent together: when the first fails, the transaction is over and the second fails with it. */
  const setAndRun =
    (run: Run, settings: readonly SqlValue[]): Run =>
    async (statement, values) => {
      const [, result] = await Promise.all([run(SET, settings), run(statement, values)]);
      return result;
    };
  return {
    runAs(scope, related = []) {
      const settings = settingsFor([{ table, scope }, ...related]);
      if (settings === undefined) return plain;
      return retrying((...call) => begin(({ run }) => setAndRun(run, settings)(...call)), table);
    },
    transaction: (work) =>
      begin(({ run }) =>
        work({
          run,
          runAs(scope, related = []) {
            const settings = settingsFor([{ table, scope }, ...related]);
            return settings === undefined ? run : setAndRun(run, settings);
          },
        }),
      ),
  };
}

/** What the policies of tables with a tenant key compare it with, for the length of a transaction: a pooler may share the session. */
const SET = {
  name: "shaperail_tenant",
  text: "SELECT set_config('shaperail.tenant_id', $1, true), set_config('shaperail.bypass_tenant', $2, true)",
};

/** The values of {@link SET}; undefined when no table has a tenant key. Only a caller who is above tenants has rows of them without one. */
function settingsFor(tables: readonly ScopedTable[]): readonly SqlValue[] | undefined {
  const tenanted = tables.filter(({ table }) => table.tenant !== undefined);
  if (tenanted.length === 0) return undefined;
  const tenant = tenanted.find(({ scope }) => scope.tenant !== undefined)?.scope.tenant;
  // The policies compare text, and PostgreSQL writes a UUID in lower case.
  return tenant === undefined ? ["", "on"] : [tenant.toLowerCase(), "off"];
}

const MOST_ATTEMPTS = 3;
const LONGEST_PAUSE_MS = 50;
const RETRYABLE: ReadonlySet<string> = new Set(["DB_DEADLOCK", "DB_SERIALIZATION_FAILURE"]);

/**
 * Runs statements, and again when PostgreSQL ended one so that another could go on: a statement is a transaction of its own, so nothing of it
 * has happened. What still fails becomes the answer.
 */
function retrying(run: Run, table: Table): Run {
  return async (statement, values) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await run(statement, values);
      } catch (error) {
        const mayRetry = isShaperailError(error) && RETRYABLE.has(error.code) && attempt < MOST_ATTEMPTS;
        if (!mayRetry) throw toHttpError(error, table);
        // Those who met once should not meet again.
        await sleep(Math.random() * LONGEST_PAUSE_MS * attempt);
      }
    }
  };
}
