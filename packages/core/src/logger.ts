/** Facts attached to a log line. Values must be JSON-serialisable; an `Error` is written as its code, message and stack. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Where a package says what happened. One method per level, most severe first.
 *
 * A package accepts `logger?: Logger` and defaults to {@link noopLogger}; it never creates one.
 */
export interface Logger {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  trace(message: string, fields?: LogFields): void;
  /** The same sink under another target, such as `shaperail_runtime::db`. Filters act on the target. */
  child(target: string): Logger;
  /** Whether lines of this level are written, for whoever would go to some length for one. Absent: they may be. */
  isEnabled?(level: "error" | "warn" | "info" | "debug" | "trace"): boolean;
}

const discard = (): void => undefined;

/** Writes nothing. */
export const noopLogger: Logger = Object.freeze({
  error: discard,
  warn: discard,
  info: discard,
  debug: discard,
  trace: discard,
  child: () => noopLogger,
  isEnabled: () => false,
});
