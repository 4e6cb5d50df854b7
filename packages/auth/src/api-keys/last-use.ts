import { type Clock, type Closeable, closeable, type Logger, toError, withDeadline } from "@shaperail/core";
import type { SqlRunner } from "../sql-runner.ts";
import { TOUCH_KEY } from "./api-key-sql.ts";

/** A key that is used, and when that was last written. */
export interface UsedKey {
  readonly keyId: string;
  /** In milliseconds since 1970. */
  writtenAt: number;
}

/** Writes behind the requests when keys were last used. Closing waits a moment for what is being written. */
export interface LastUse extends Closeable {
  note(key: UsedKey): void;
}

export interface LastUseOptions {
  readonly runner: SqlRunner;
  readonly clock: Clock;
  readonly logger: Logger;
}

const INTERVAL_SECONDS = 60;
/** A key whose turn does not come now is written with its next use. */
const MAX_WRITES = 8;
const CLOSE_TIMEOUT_MS = 2_000;

export function createLastUse({ runner, clock, logger }: LastUseOptions): LastUse {
  const writes = new Map<string, Promise<void>>();
  let isClosed = false;

  async function write(keyId: string): Promise<void> {
    try {
      await runner.run(TOUCH_KEY, [keyId, String(INTERVAL_SECONDS)]);
    } catch (error) {
      logger.warn("The last use of an API key was not written", { key_id: keyId, error: toError(error) });
    }
  }

  return {
    note(key) {
      const now = clock();
      if (now - key.writtenAt < INTERVAL_SECONDS * 1_000 || isClosed) return;
      if (writes.has(key.keyId) || writes.size >= MAX_WRITES) return;
      key.writtenAt = now;
      writes.set(
        key.keyId,
        write(key.keyId).finally(() => writes.delete(key.keyId)),
      );
    },
    ...closeable(async () => {
      isClosed = true;
      const written = (): Promise<unknown> => Promise.all(writes.values());
      // A time that is not written is not worth a stop that hangs.
      await withDeadline(written, { timeoutMs: CLOSE_TIMEOUT_MS, what: "The last use" }).catch(() => undefined);
    }),
  };
}
