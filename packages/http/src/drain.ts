import type { Server } from "node:http";
import { Server as NetServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "@shaperail/core";
import { closeAfterPending, type Connections, isIdle, nameOf } from "./connections.ts";
import { HttpError } from "./errors.ts";
import { sendError } from "./send.ts";

/** How long draining takes. */
export interface DrainOptions {
  /**
   * How long the server goes on accepting connections, in milliseconds, so that a load balancer can notice that this
   * instance is leaving. Every response says `Connection: close` meanwhile.
   * @default 0
   */
  readonly drainDelayMs?: number;
  /**
   * How long requests may take to finish once nothing new is accepted, in milliseconds; then they are cut.
   * @default 25_000
   */
  readonly graceMs?: number;
}

/** How draining went. */
export interface DrainOutcome {
  /** The requests that were cut at the deadline, as method and route template. Empty when all finished. */
  readonly cut: readonly string[];
}

/** What {@link drain} works on. */
export interface Draining {
  readonly server: Server;
  readonly connections: Connections;
  readonly logger: Logger;
  /** Called when nothing new is accepted any more. */
  readonly onStopped: () => void;
}

/**
 * Lets a listening server finish: keep serving for the delay, stop listening, wait for what is being answered, cut the
 * rest. Ends after `drainDelayMs + graceMs` at the latest.
 */
export async function drain(
  { server, connections, logger, onStopped }: Draining,
  { drainDelayMs = 0, graceMs = 25_000 }: DrainOptions,
): Promise<DrainOutcome> {
  for (const connection of connections.all()) closeAfterPending(connection);
  if (drainDelayMs > 0) await sleep(drainDelayMs);

  // Not http's own close(): it stops checking the time-outs of requests that are still arriving, waits for connections
  // that never said anything, and destroys those whose last answer is written but not yet delivered.
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
  onStopped();
  for (const connection of connections.all()) if (isIdle(connection)) connection.socket.destroy();

  const stop = new AbortController();
  const deadline = sleep(graceMs, undefined, { signal: stop.signal }).catch(() => undefined);
  await Promise.race([closed, deadline]);
  stop.abort();

  const cut = cutRest(connections);
  if (cut.length > 0) logger.warn("requests were cut at the shutdown deadline", { requests: cut, grace_ms: graceMs });
  await closed;
  // Nothing is left to close; this stops the checks.
  server.close();
  return { cut };
}

// Those that have not begun to answer still can say why; then every connection goes.
function cutRest(connections: Connections): readonly string[] {
  const cut: string[] = [];
  for (const { socket, pending } of connections.all()) {
    for (const entry of pending) {
      cut.push(nameOf(entry));
      if (entry.exchange !== undefined && !entry.response.headersSent) sendError(entry.exchange, shuttingDown());
    }
    // What the system accepted is still delivered; a client that does not read is not waited for.
    if (socket.writableLength === 0) socket.destroySoon();
    else socket.destroy();
  }
  return cut;
}

function shuttingDown(): HttpError {
  return new HttpError("The server is shutting down.", {
    code: "SERVICE_UNAVAILABLE",
    headers: { "Retry-After": "1" },
  });
}
