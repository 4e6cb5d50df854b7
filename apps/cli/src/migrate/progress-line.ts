import { closeable, type Closeable } from "@shaperail/core";
import type { MigrationProgress } from "@shaperail/db/migrate";
import type { CommandContext } from "../command.ts";

export interface ProgressLine extends Closeable {
  follow(progress: MigrationProgress, database: string): void;
}

const TICK_MS = 200;
const ERASE_LINE = "\r\u001B[K";

/** Says on standard error what a migration waits for and, at a terminal, which file has been running for how long. */
export function createProgressLine({ stderr, isInteractive }: CommandContext): ProgressLine {
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    if (timer !== undefined) stderr.write(ERASE_LINE);
    clearInterval(timer);
    timer = undefined;
  };
  const start = (fileName: string): void => {
    if (!isInteractive) return;
    const startedAt = performance.now();
    const show = (): void => {
      const seconds = (performance.now() - startedAt) / 1_000;
      stderr.write(`${ERASE_LINE}${fileName} … ${seconds.toFixed(1)} s`);
    };
    // Whoever is stopped in between leaves no timer that keeps the process.
    timer = setInterval(show, TICK_MS).unref();
  };
  return {
    follow(progress, database) {
      stop();
      if (progress.kind === "waiting") {
        stderr.write(`Another migration of the database ${database} is running; waiting.\n`);
      } else if (progress.kind === "started") start(progress.fileName);
      else if (progress.kind === "retrying") {
        const { fileName, attempt, delayMs } = progress;
        stderr.write(`${fileName} did not get its lock (attempt ${attempt}); again in ${delayMs} ms.\n`);
        start(fileName);
      }
    },
    ...closeable(async () => stop()),
  };
}
