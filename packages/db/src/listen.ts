import { setTimeout as sleep } from "node:timers/promises";
import { type Closeable, closeable, type Logger, noopLogger, withDeadline } from "@shaperail/core";
import { parseConnectionUrl } from "./connection-url.ts";
import { type Connection, openConnection } from "./connection.ts";
import { toDbError } from "./sql-state.ts";

export interface ListenOptions {
  /** A direct connection: behind a pooler in transaction mode nothing is heard. */
  readonly url: string;
  readonly channel: string;
  /** Called for each notification, and whenever listening begins, because what came before was not heard. */
  readonly onNotify: () => void;
  /** Shown in `pg_stat_activity`. @default "shaperail" */
  readonly applicationName?: string;
  /** Time between two looks whether the server still answers, in milliseconds. @default 30_000 */
  readonly checkMs?: number;
  /** Longest wait for the server to accept the connection, or to answer a look, in milliseconds. @default 5_000 */
  readonly timeoutMs?: number;
  /** Pause before another attempt after the connection was lost or refused, in milliseconds. @default 1_000 */
  readonly retryMs?: number;
  /** @default a logger that writes nothing */
  readonly logger?: Logger;
}

/** Hears the notifications of a channel until it is closed, on a connection of its own that it makes again when it is lost. */
export function listen({
  url,
  channel,
  onNotify,
  applicationName = "shaperail",
  checkMs = 30_000,
  timeoutMs = 5_000,
  retryMs = 1_000,
  logger: parentLogger = noopLogger,
}: ListenOptions): Closeable {
  const target = parseConnectionUrl(url);
  const logger = parentLogger.child("shaperail_runtime::db");
  const stop = new AbortController();
  const { signal } = stop;

  const ask = (connection: Connection, text: string): Promise<unknown> =>
    withDeadline(() => connection.send({ text, values: [], name: undefined }), { timeoutMs, what: "Listening" });

  async function hear(): Promise<void> {
    const lost = new AbortController();
    const connection = await openConnection({
      target,
      applicationName,
      connectTimeoutMs: timeoutMs,
      // Sessions that listen are idle by design, and a pooler would refuse the limits.
      serverTimeouts: undefined,
      onLost: () => lost.abort(),
      onNotify,
    });
    try {
      await ask(connection, `LISTEN "${channel.replaceAll('"', '""')}"`);
      onNotify();
      const ended = AbortSignal.any([signal, lost.signal]);
      while (!ended.aborted) {
        await sleep(checkMs, undefined, { signal: ended }).catch(() => undefined);
        if (!ended.aborted) await ask(connection, "SELECT 1");
      }
    } finally {
      // Breaks off what does not answer; the server ends the session then.
      if (!connection.lost) await connection.end();
    }
  }

  async function run(): Promise<void> {
    let isSilent = false;
    while (!signal.aborted) {
      try {
        await hear();
        isSilent = false;
      } catch (error) {
        if (!isSilent && !signal.aborted)
          logger.warn("Notifications are not heard", { channel, error: toDbError(error) });
        isSilent = true;
      }
      await sleep(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  const running = run();
  return closeable(async () => {
    stop.abort();
    await running;
  });
}
