import { setTimeout as sleep } from "node:timers/promises";
import { type Closeable, closeable, type Logger, toError, withDeadline } from "@shaperail/core";
import type { Relay } from "./relay.ts";

export interface LoopOptions {
  readonly relay: Relay;
  readonly pollMs: number;
  readonly checkEveryMs: number;
  readonly closeTimeoutMs: number;
  readonly logger: Logger;
}

/** Runs the steps of a relay, one at a time. */
export interface Loop extends Closeable {
  start(): void;
  /** There is something to move. */
  wake(): void;
}

const LONGEST_PAUSE_MS = 10_000;
/** When another relay was at work, what woke this one may have come too late for it. */
const BUSY_PAUSE_MS = 50;
/** Writes that come this close together are moved together: a transaction for each would cost more than the write. */
const GATHER_MS = 10;

export function createLoop({ relay, pollMs, checkEveryMs, closeTimeoutMs, logger }: LoopOptions): Loop {
  let isClosed = false;
  let isWoken = false;
  let endPause: () => void = () => undefined;
  let running: Promise<void> | undefined;
  let lastError: string | undefined;

  const wake = (): void => {
    isWoken = true;
    endPause();
  };

  async function pause(ms: number): Promise<void> {
    if (isClosed || isWoken) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function run(): Promise<void> {
    let nextCheck = 0;
    let failures = 0;
    while (!isClosed) {
      const wasWoken = isWoken;
      isWoken = false;
      try {
        if (wasWoken) await sleep(GATHER_MS);
        const { rows, isFull } = await relay.move();
        let hasMore = isFull;
        if (Date.now() >= nextCheck) {
          const isBehind = [await relay.check(), await relay.prune()].some((step) => step.isFull);
          nextCheck = isBehind ? 0 : Date.now() + checkEveryMs;
          hasMore ||= isBehind;
        }
        failures = 0;
        lastError = undefined;
        if (!hasMore) await pause(rows === "busy" && wasWoken ? BUSY_PAUSE_MS : pollMs);
      } catch (thrown) {
        failures += 1;
        const error = toError(thrown);
        if (error.message !== lastError) logger.warn("The outbox waits", { error });
        lastError = error.message;
        isWoken = false;
        await pause(Math.min(pollMs * 2 ** Math.min(failures, 10), LONGEST_PAUSE_MS));
      }
    }
  }

  return {
    start: () => void (running ??= run()),
    wake,
    ...closeable(async () => {
      isClosed = true;
      wake();
      // A step that hangs with its database is left behind: its transaction was not committed, so that it counts for nothing.
      const finished = async (): Promise<void> => running;
      await withDeadline(finished, { timeoutMs: closeTimeoutMs, what: "The last step of the outbox" }).catch(
        (error: unknown) => logger.warn("The outbox did not close in order", { error }),
      );
    }),
  };
}
