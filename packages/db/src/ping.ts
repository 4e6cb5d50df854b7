import { toError, withDeadline } from "@shaperail/core";
import type { Connection } from "./connection.ts";
import type { Pool } from "./pool.ts";
import { dbError } from "./sql-state.ts";

export interface PingOptions {
  readonly pool: Pool;
  /** Asks the server whether it is there, without taking one of its connections. */
  readonly probe: (signal: AbortSignal) => Promise<void>;
}

/** An answer to anybody counts as an answer to a ping for this long. */
const FRESH_MS = 1_000;

/**
 * A check that a busy pool cannot starve: it never waits for a connection behind the requests.
 *
 * Readiness that fails because the pool is exhausted takes the pod out of rotation and its load to the others, whose
 * pools follow. So the check measures the server: on a connection of the pool, and when that has none to spare by the
 * first word of a new one, which ends before it counts as a connection.
 */
export function createPing({ pool, probe }: PingOptions): (options?: { readonly timeoutMs?: number }) => Promise<void> {
  let running: Promise<void> | undefined;

  function ask(timeoutMs: number): Promise<void> {
    const { idle, total, size } = pool.stats();
    return idle > 0 || total < size ? pool.lease(select) : probe(AbortSignal.timeout(timeoutMs));
  }

  return async ({ timeoutMs = 2_000 } = {}) => {
    // With no connection left the last answer is from before whatever ended them.
    if (pool.stats().total > 0 && performance.now() - pool.lastAnswerAt() < FRESH_MS) return;
    running ??= ask(timeoutMs).finally(() => {
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
