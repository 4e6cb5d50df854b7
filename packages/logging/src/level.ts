/** The levels, most severe first. */
export const LOG_LEVELS = ["error", "warn", "info", "debug", "trace"] as const;

/** How severe a line is. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** How much a target may say: every level down to this one, or nothing. */
export type LogThreshold = LogLevel | "off";

/** How many levels a threshold lets through, from 0 for `off` to 5 for `trace`. */
export function levelsIn(threshold: LogThreshold): number {
  return threshold === "off" ? 0 : LOG_LEVELS.indexOf(threshold) + 1;
}
