import { type Clock, type Closeable, closeable, type LogFields, type Logger, systemClock } from "@shaperail/core";
import { createLogger as createWinston } from "winston";
import Transport from "winston-transport";
import { LOG_LEVELS, levelsIn, type LogLevel } from "./level.ts";
import { createLineWriter, type LineWriter } from "./line-writer.ts";
import { logContext } from "./log-context.ts";
import { parseLogFilter } from "./log-filter.ts";
import type { LogEntry } from "./log-entry.ts";
import { createJsonFormat } from "./json-format.ts";
import { createRedaction } from "./redaction.ts";
import { createPrettyFormat } from "./pretty-format.ts";

/** What {@link createLogger} needs; every option has a default. */
export interface LoggerOptions {
  /**
   * Which targets may say how much, as in `RUST_LOG`: `warn`, or `info,shaperail_runtime::db=debug`.
   * A filter that is not understood is reported as a warning, and everything is `info`.
   * @default "info"
   */
  readonly level?: string;
  /**
   * `json` for programs: one object per line. `pretty` for people.
   * @default "json"
   */
  readonly format?: "json" | "pretty";
  /**
   * Whether `pretty` uses colours.
   * @default false
   */
  readonly color?: boolean;
  /**
   * Where lines go: a file descriptor (1 is standard output), the path of a file, or a function that takes each line.
   * @default 1
   */
  readonly destination?: number | string | ((line: string) => void);
  /**
   * The target of the logger itself; `child()` names others.
   * @default "shaperail_runtime"
   */
  readonly target?: string;
  /**
   * Fields of every line: which process of several writes it, say.
   * @default none
   */
  readonly fields?: LogFields;
  /**
   * Other processes write to the same destination: lines then leave in pieces that a pipe takes whole or not at all, so that lines of several
   * processes never mix. Lines longer than 4,096 bytes still can.
   * @default false
   */
  readonly shared?: boolean;
  /**
   * Names whose values are written as `[REDACTED]`, at any depth and however they are written: `api_key` is also `apiKey`. The fields that
   * every request has, such as `status`, are shown on their lines nevertheless.
   * @default []
   */
  readonly sensitive?: Iterable<string>;
  /**
   * Replaces what must not be read in a log, in every line's fields before they are written. What it throws costs the
   * fields, not the line.
   * @default leaves all as it is
   */
  readonly redact?: (fields: LogFields) => LogFields;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** A logger that owns its destination. `close()` writes what is left; later lines are dropped. */
export interface OwnedLogger extends Logger, Closeable {
  /** Waits until every line so far has been handed to the system, for as long as somebody takes them: for the last words of a crash. */
  flushSync(): void;
  /** Lines that were dropped because nobody took them, since the start. */
  droppedLines(): number;
}

const NO_FIELDS: LogFields = Object.freeze({});
// The names under which winston looks for what it needs, see https://github.com/winstonjs/triple-beam
const LEVEL = Symbol.for("level");
const MESSAGE = Symbol.for("message");

/**
 * Opens a logger.
 * @throws LoggingError `LOGGING_DESTINATION_UNAVAILABLE` when the destination is a file that cannot be opened.
 */
export function createLogger({
  level = "info",
  format = "json",
  color = false,
  destination = 1,
  target = "shaperail_runtime",
  fields: constant,
  shared = false,
  sensitive = [],
  redact = (fields) => fields,
  clock = systemClock,
}: LoggerOptions = {}): OwnedLogger {
  const writer =
    typeof destination === "function" ? writerOf(destination) : createLineWriter(destination, { onDropped, shared });
  const winston = createSink(writer);
  const redaction = createRedaction(sensitive);
  const render = format === "json" ? createJsonFormat(redaction) : createPrettyFormat({ color, redaction });
  const filter = parseLogFilter(level);

  let open = true;
  const emit = (entry: LogEntry): void => {
    if (!open) return;
    winston.write({ [LEVEL]: entry.level, level: entry.level, message: entry.message, [MESSAGE]: render(entry) });
  };

  const fieldsOf = (given: LogFields): LogFields => {
    const context = logContext();
    const fields = context === undefined && constant === undefined ? given : { ...constant, ...context, ...given };
    try {
      return redact(fields);
    } catch {
      // Without redaction nothing in them may be shown.
      return { fields: "[dropped: redaction failed]" };
    }
  };

  const loggerOf = (name: string): Logger => {
    const allowed = levelsIn(filter.thresholdOf(name));
    const method = (of: LogLevel): Logger["info"] => {
      // Decided once per target, so that a level that is off costs one call of nothing.
      if (LOG_LEVELS.indexOf(of) >= allowed) return () => undefined;
      return (message, fields = NO_FIELDS) =>
        emit({ time: clock(), level: of, target: name, message: String(message), fields: fieldsOf(fields) });
    };
    return {
      error: method("error"),
      warn: method("warn"),
      info: method("info"),
      debug: method("debug"),
      trace: method("trace"),
      child: loggerOf,
      isEnabled: (of) => LOG_LEVELS.indexOf(of) < allowed,
    };
  };

  const logger = loggerOf(target);
  function onDropped(lines: number): void {
    logger.warn("log lines were dropped: nobody took them", { lines });
  }
  if (filter.invalid.length > 0) {
    logger.warn("the log filter is not understood; every target logs at info", {
      filter: level,
      invalid: filter.invalid,
    });
  }
  const release = async (): Promise<void> => {
    open = false;
    winston.close();
    writer.close();
  };
  return {
    ...logger,
    flushSync: () => writer.flushSync(),
    droppedLines: () => writer.dropped(),
    ...closeable(release),
  };
}

// winston's own console transport loses all but the first 64 KiB when a process ends with a slow reader; this one hands
// every line on before write() returns.
function createSink(writer: LineWriter): ReturnType<typeof createWinston> {
  const transport = new Transport({
    log: (info: { readonly [MESSAGE]: string }, next: () => void) => {
      writer.write(info[MESSAGE]);
      next();
    },
  });
  return createWinston({
    levels: Object.fromEntries(LOG_LEVELS.map((name, severity) => [name, severity])),
    level: "trace",
    // Rendering happens before, with the fields still apart; winston's formats would first copy them into one object.
    format: { transform: (info) => info },
    transports: [transport],
  });
}

function writerOf(write: (line: string) => void): LineWriter {
  return { write, flushSync: () => undefined, close: () => undefined, dropped: () => 0 };
}
