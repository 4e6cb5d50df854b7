import { type Connections, type Pending } from "./connections.ts";
import { HttpError } from "./errors.ts";
import { sendError } from "./send.ts";

/** Limits of {@link sweep}, in milliseconds. */
export interface SweepLimits {
  readonly answerTimeoutMs: number;
  readonly sendTimeoutMs: number;
}

/**
 * Ends what takes too long on the way out: a handler that does not begin its response, a client that does not take it.
 * One pass now and then over what is pending costs less than a timer per request.
 */
export function sweep(connections: Connections, limits: SweepLimits): void {
  const now = performance.now();
  for (const { socket, pending } of connections.all()) {
    for (const entry of pending.slice()) {
      if (isStuck(entry, now, limits)) socket.destroy();
      else giveUp(entry, now, limits);
    }
  }
}

function isStuck(entry: Pending, now: number, { sendTimeoutMs }: SweepLimits): boolean {
  if (!entry.response.writableEnded) return false;
  entry.stuckSince ??= now;
  return now - entry.stuckSince > sendTimeoutMs;
}

function giveUp({ response, exchange, startedAt }: Pending, now: number, { answerTimeoutMs }: SweepLimits): void {
  const isLate = answerTimeoutMs > 0 && now - startedAt > answerTimeoutMs;
  if (!isLate || exchange === undefined || response.headersSent) return;
  sendError(exchange, new HttpError("The answer took too long.", { code: "SERVICE_UNAVAILABLE" }));
}
