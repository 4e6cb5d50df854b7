import type { Logger } from "@shaperail/core";
import { createLogger } from "@shaperail/logging";

/** Everything that an application says, down to its traces. */
export interface RecordedLog {
  readonly logger: Logger;
  /** As they were written. */
  readonly texts: string[];
  /** The refusals of one request. */
  refusalsOf(requestId: string | undefined): readonly Readonly<Record<string, unknown>>[];
}

export function recordLog(): RecordedLog {
  const texts: string[] = [];
  return {
    logger: createLogger({ level: "trace", destination: (line) => void texts.push(line) }),
    texts,
    refusalsOf: (requestId) =>
      texts
        .filter((text) => text.includes(requestId ?? "no request id"))
        .map((text) => JSON.parse(text) as Record<string, unknown>)
        .filter(({ level, target }) => level === "WARN" && target === "shaperail_runtime::auth"),
  };
}
