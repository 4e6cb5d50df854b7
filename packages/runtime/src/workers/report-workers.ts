import type { ProjectConfig } from "@shaperail/config";
import type { Logger } from "@shaperail/core";
import type { WorkersEvent } from "./run-workers.ts";

/** Writes to the log what happens to processes. Nothing is loaded for it before something happens. */
export function reportWorkers({ logging, environment }: ProjectConfig): (event: WorkersEvent) => void {
  let opening: Promise<Logger> | undefined;
  const open = async (): Promise<Logger> => {
    const { createLogger } = await import("@shaperail/logging");
    return createLogger({ level: environment.rustLog ?? logging.level, format: logging.format, shared: true });
  };
  return (event) => void (opening ??= open()).then((logger) => write(logger, event));
}

function write(logger: Logger, event: WorkersEvent): void {
  switch (event.type) {
    case "ended": {
      const { number, exitCode, pauseMs } = event;
      logger.error("a process ended; another one takes its place", {
        worker: number,
        exit_code: exitCode,
        pause_ms: pauseMs,
      });
      return;
    }
    case "gave-up":
      logger.error("processes end again and again: giving up", { ended: event.crashes });
      return;
    case "killed":
      logger.error("processes did not end in time and were killed", { workers: event.numbers });
  }
}
