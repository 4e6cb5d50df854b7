import sonicBoom from "sonic-boom";
import { LoggingError } from "./errors.ts";

/** Where lines go. */
export interface LineWriter {
  write(line: string): void;
  /** Returns when every line has been handed to the system. */
  flushSync(): void;
  /** Flushes and lets go; later lines are dropped. */
  close(): void;
}

// A burst of lines costs one call of the system instead of hundreds.
const WRITE_AT_LENGTH = 16_384;
const LARGEST_WRITE_BYTES = 65_536;
// What may wait when nobody takes it any more, before further lines are dropped.
const MOST_WAITING_BYTES = 1_048_576;

/**
 * Writes lines to a file descriptor or a file.
 *
 * Lines of one turn of the event loop go out together at its end, so a process killed outright loses no more than that
 * turn. At every other exit, a crash or `process.exit()` included, nothing is lost: the last lines are written first.
 * Writing blocks when the reader is slower than the service, because the alternative is to lose lines or to fill memory.
 *
 * @throws LoggingError `LOGGING_DESTINATION_UNAVAILABLE` when the file cannot be opened.
 */
export function createLineWriter(destination: number | string): LineWriter {
  const boom = open(destination);
  let isOpen = true;
  let scheduled = false;
  // Lines are joined here: sonic-boom measures and copies what it is given each time.
  let waiting = "";

  const handOver = (): void => {
    const text = waiting;
    waiting = "";
    if (isOpen && text !== "") boom.write(text);
  };
  const flush = (): void => {
    scheduled = false;
    handOver();
  };
  const flushSync = (): void => {
    if (!isOpen) return;
    handOver();
    try {
      boom.flushSync();
    } catch {
      // Nobody reads any more (EPIPE) or the disk is full: there is nowhere left to say so.
    }
  };
  const write = (line: string): void => {
    if (!isOpen) return;
    waiting += line;
    if (waiting.length >= WRITE_AT_LENGTH) handOver();
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  };
  const close = (): void => {
    flushSync();
    isOpen = false;
    process.off("exit", flushSync);
    boom.end();
  };

  // An `error` without a listener would end the process: a service must survive the end of whoever reads its log.
  boom.on("error", () => undefined);
  // Not a signal: whatever ends the process, this is the last moment at which lines can be written.
  process.on("exit", flushSync);
  return { write, flushSync, close };
}

function open(destination: number | string): sonicBoom.SonicBoom {
  try {
    return new sonicBoom.SonicBoom({
      dest: destination,
      sync: true,
      maxWrite: LARGEST_WRITE_BYTES,
      maxLength: MOST_WAITING_BYTES,
      mkdir: true,
    });
  } catch (error) {
    throw new LoggingError(`The log cannot be written to ${destination}.`, {
      code: "LOGGING_DESTINATION_UNAVAILABLE",
      hint: "Name a file in a folder that this process may write to.",
      details: { destination },
      cause: error,
    });
  }
}
