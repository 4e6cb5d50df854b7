import type { OwnedLogger } from "@shaperail/logging";
import type { Reading } from "@shaperail/metrics";

/** Lines of the log that nobody took, for the page of metrics. */
export function droppedLines(logger: Pick<OwnedLogger, "droppedLines">): Reading {
  return {
    name: "shaperail_log_lines_dropped_total",
    help: "Lines of the log that were dropped because nobody took them.",
    type: "counter",
    read: () => logger.droppedLines(),
  };
}
