export { LoggingError, type LoggingErrorCode } from "./errors.ts";
export type { LogLevel, LogThreshold } from "./level.ts";
export { logContext, runWithLogContext } from "./log-context.ts";
export { type LogFilter, parseLogFilter } from "./log-filter.ts";
export { createLogger, type LoggerOptions, type OwnedLogger } from "./logger.ts";
