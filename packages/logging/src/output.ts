import { closeSync, constants, fstatSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { LoggingError } from "./errors.ts";

/** Something that takes bytes. */
export interface Output {
  /** Takes as many bytes as there is room for, and says how many; 0 when there is none. Never waits for a reader. */
  write(bytes: Uint8Array): number;
  close(): void;
}

/** @throws LoggingError `LOGGING_DESTINATION_UNAVAILABLE` when the file cannot be opened. */
export function openOutput(destination: number | string): Output {
  const { descriptor, isOurs } = typeof destination === "number" ? withoutWaiting(destination) : openFile(destination);
  let isGone = false;
  return {
    write(bytes) {
      // Nobody reads any more: what is said from now on is lost, and must not pile up.
      if (isGone) return bytes.length;
      try {
        return writeSync(descriptor, bytes);
      } catch (error) {
        // EAGAIN: the pipe is full. Anything else, such as a full disk, may pass as well.
        isGone = error instanceof Error && "code" in error && (error.code === "EPIPE" || error.code === "EBADF");
        return isGone ? bytes.length : 0;
      }
    },
    close() {
      if (isOurs) closeSync(descriptor);
    },
  };
}

interface Descriptor {
  readonly descriptor: number;
  readonly isOurs: boolean;
}

/** The same destination, in a mode in which a full pipe is an answer instead of a wait. */
function withoutWaiting(descriptor: number): Descriptor {
  const kind = fstatSync(descriptor);
  if (kind.isFIFO()) {
    try {
      // Opened anew, so that programs which share the pipe keep their mode.
      const own = openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK);
      return { descriptor: own, isOurs: true };
    } catch {
      // Not on Linux, or without the right to: then as for a socket.
    }
  }
  // A socket cannot be opened anew. Node changes its mode when its stream is made.
  if (kind.isFIFO() || kind.isSocket()) void (descriptor === 2 ? process.stderr : process.stdout).writable;
  return { descriptor, isOurs: false };
}

function openFile(path: string): Descriptor {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return { descriptor: openSync(path, "a"), isOurs: true };
  } catch (error) {
    throw new LoggingError(`The log cannot be written to ${path}.`, {
      code: "LOGGING_DESTINATION_UNAVAILABLE",
      hint: "Name a file in a folder that this process may write to.",
      details: { destination: path },
      cause: error,
    });
  }
}
