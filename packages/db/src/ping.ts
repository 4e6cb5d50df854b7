import { toError, withDeadline } from "@shaperail/core";
import type { Connection } from "./connection.ts";
import type { Pool } from "./pool.ts";
import { dbError } from "./sql-state.ts";

export interface PingOptions {
  readonly pool: Pool;
  /** Asks the server whether it is there, without taking one of its connections. */
  readonly probe: (signal: AbortSignal) => Promise<void>;
}

/** What a caller of ping wants to know. */
export interface PingRequest {
  /** Longest wait for the answer, in milliseconds. @default 2_000 */
  readonly timeoutMs?: number;
  /** Whether the server must accept writes; a replica, or a primary that was demoted, is then `DB_READ_ONLY`. @default false */
  readonly writable?: boolean;
}

/** An answer to anybody counts as an answer to a ping for this long. */
const FRESH_MS = 1_000;

/**
 * A check that a busy pool cannot starve: it never waits for a connection behind the requests.
 *
 * Readiness that fails because the pool is exhausted takes the pod out of rotation and its load to the others, whose
 * pools follow. So the check measures the server: on a connection of the pool, and when that has none to spare by the
 * first word of a new one, which ends before it counts as a connection. Whether it accepts writes is then as it was last.
 */
export function createPing({ pool, probe }: PingOptions): (request?: PingRequest) => Promise<void> {
  let running: Promise<void> | undefined;
  let last = { isReadOnly: false, at: -Infinity };

  async function look(connection: Connection): Promise<void> {
    const text = "select current_setting('transaction_read_only')";
    const { rows } = await connection.send({ text, values: [], name: undefined });
    last = { isReadOnly: rows[0]?.[0] === "on", at: performance.now() };
  }

  function ask(timeoutMs: number): Promise<void> {
    const { idle, total, size } = pool.stats();
    return idle > 0 || total < size ? pool.lease(look) : probe(AbortSignal.timeout(timeoutMs));
  }

  async function answerWithin(timeoutMs: number): Promise<void> {
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
  }

  return async ({ timeoutMs = 2_000, writable = false } = {}) => {
    const { total, idle } = pool.stats();
    // With no connection left the last answer is from before whatever ended them.
    const isAlive = total > 0 && isFresh(pool.lastAnswerAt());
    // An answer to somebody's read says nothing about writes; but to know that, no busy pool is asked for a connection.
    const isKnown = isAlive && (!writable || idle === 0 || isFresh(last.at));
    if (!isKnown) await answerWithin(timeoutMs);
    if (writable && last.isReadOnly) throw dbError("DB_READ_ONLY");
  };
}

function isFresh(at: number): boolean {
  return performance.now() - at < FRESH_MS;
}
