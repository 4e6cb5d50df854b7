import type { LogFields } from "@shaperail/core";
import type { LogLevel } from "./level.ts";

/** What a line says. */
export interface LogEntry {
  /** Milliseconds since 1 January 1970 UTC. */
  readonly time: number;
  readonly level: LogLevel;
  readonly target: string;
  readonly message: string;
  readonly fields: LogFields;
}

/** A level as lines show it. */
export const LEVEL_NAME: Readonly<Record<LogLevel, string>> = {
  error: "ERROR",
  warn: "WARN",
  info: "INFO",
  debug: "DEBUG",
  trace: "TRACE",
};
