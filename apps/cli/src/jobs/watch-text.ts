import { setTimeout as sleep } from "node:timers/promises";
import type { CommandContext } from "../command.ts";

export interface WatchTextOptions {
  /** Between two looks, in milliseconds. @default 1_000 */
  readonly everyMs?: number;
}

/** A screen of its own, so that what was on the terminal before comes back afterwards. */
const ENTER = "\u001B[?1049h";
const LEAVE = "\u001B[?1049l";
const BEGIN_ANEW = "\u001B[H\u001B[J";

/** Shows what `read` resolves with in place of what it resolved with before, until a signal; the last of it stays. For a terminal. */
export async function watchText(
  { stdout, onSignal }: CommandContext,
  read: () => Promise<string>,
  { everyMs = 1_000 }: WatchTextOptions = {},
): Promise<void> {
  let text = await read();
  const stopped = new AbortController();
  const forget = onSignal(() => stopped.abort());
  stdout.write(ENTER);
  try {
    while (!stopped.signal.aborted) {
      stdout.write(`${BEGIN_ANEW}${text}`);
      await sleep(everyMs, undefined, { signal: stopped.signal }).catch(() => undefined);
      if (!stopped.signal.aborted) text = await read();
    }
  } finally {
    forget();
    stdout.write(LEAVE);
  }
  stdout.write(text);
}
