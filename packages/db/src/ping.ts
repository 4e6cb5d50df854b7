import { toError, withDeadline } from "@shaperail/core";
import type { Connection } from "./connection.ts";
import type { Pool } from "./pool.ts";
import { dbError } from "./sql-state.ts";

export interface PingOptions {
  readonly pool: Pool;
  /** Opens a connection beside the pool. */
  readonly open: () => Promise<Connection>;
}

/** An answer to anybody counts as an answer to a ping for this long. */
const FRESH_MS = 1_000;

/**
 * A check that a busy pool cannot starve: it never waits for a connection behind the requests.
 *
 * Readiness that fails because the pool is exhausted takes the pod out of rotation and its load to the others, whose
 * pools follow. So the check measures the server, and asks on a connection of its own when the pool has none to spare.
 * Checks that come while one runs share its answer, so there is never more than one such connection.
 */
export function createPing({ pool, open }: PingOptions): (options?: { readonly timeoutMs?: number }) => Promise<void> {
  let running: Promise<void> | undefined;

  async function ask(): Promise<void> {
    const { idle, total, size } = pool.stats();
    if (idle > 0 || total < size) return pool.lease(select);
    const connection = await open();
    try {
      await select(connection);
    } finally {
      await connection.end();
    }
  }

  return async ({ timeoutMs = 2_000 } = {}) => {
    if (performance.now() - pool.lastAnswerAt() < FRESH_MS) return;
    running ??= ask().finally(() => {
      running = undefined;
    });
    const answer = running;
    try {
      await withDeadline(() => answer, { timeoutMs, what: "The database check" });
    } catch (error) {
      const isDeadline = error instanceof Error && "code" in error && error.code === "CORE_DEADLINE_EXCEEDED";
      if (!isDeadline) throw error;
      throw dbError("DB_TIMEOUT", {
        message: `The database did not answer within ${timeoutMs} ms.`,
        cause: toError(error),
      });
    }
  };
}

async function select(connection: Connection): Promise<void> {
  await connection.send({ text: "select 1", values: [], name: undefined });
}
