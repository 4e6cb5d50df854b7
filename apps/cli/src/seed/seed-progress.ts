import { closeable, type Closeable } from "@shaperail/core";
import type { SeedProgress } from "@shaperail/db/seed";
import type { CommandContext } from "../command.ts";

export interface SeedProgressLine extends Closeable {
  follow(progress: SeedProgress): void;
}

export interface SeedProgressOptions {
  /** Clock of the elapsed time, in milliseconds. @default performance.now */
  readonly now?: () => number;
}

const ERASE_LINE = "\r\u001B[K";
/** Where lines stay, one that comes sooner says nothing that the result does not say. */
const PAUSE_MS = 2_000;

/** Says on standard error how far seeding is: one line that changes at a terminal, a line now and then elsewhere. */
export function createSeedProgress(
  { stderr, isInteractive }: Pick<CommandContext, "stderr" | "isInteractive">,
  { now = () => performance.now() }: SeedProgressOptions = {},
): SeedProgressLine {
  const startedAt = now();
  let saidAt = startedAt;
  return {
    follow({ table, done, total }) {
      const at = now();
      const text = `${table}: ${done} of ${total} record(s) … ${((at - startedAt) / 1_000).toFixed(1)} s`;
      if (isInteractive) stderr.write(`${ERASE_LINE}${text}`);
      else if (at - saidAt >= PAUSE_MS) {
        stderr.write(`${text}\n`);
        saidAt = at;
      }
    },
    ...closeable(async () => {
      if (isInteractive) stderr.write(ERASE_LINE);
    }),
  };
}
