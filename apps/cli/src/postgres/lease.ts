import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, writeSync } from "node:fs";

/**
 * A lease on a running server is the write end of a named pipe whose read end only the server's guard holds.
 *
 * The kernel closes it however the process ends, SIGKILL included; when the last one is gone the guard reads the end of
 * the pipe and stops the server. The other way round, no guard means that the pipe cannot be opened or written to.
 */
export interface Lease {
  /** False once the guard has begun to stop the server. */
  isHeld(): boolean;
  release(): void;
}

/** Makes the pipe; returns the first lease and the read end for the guard, to be closed after the guard has it. */
export function createLease(path: string): { readonly lease: Lease; readonly reader: number } {
  execFileSync("mkfifo", ["-m", "600", path]);
  // Opening one end waits for the other, so both come first, once; O_RDWR on a pipe never waits.
  const both = openSync(path, constants.O_RDWR);
  const reader = openSync(path, constants.O_RDONLY);
  const writer = openSync(path, constants.O_WRONLY);
  closeSync(both);
  return { lease: toLease(writer), reader };
}

/** Joins those who use the server; undefined when its guard is gone. */
export function joinLease(path: string): Lease | undefined {
  try {
    return toLease(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
  } catch {
    return undefined;
  }
}

function toLease(writer: number): Lease {
  let open = true;
  return {
    isHeld() {
      try {
        return open && writeSync(writer, ".") === 1;
      } catch {
        return false; // EPIPE: nobody reads any more.
      }
    },
    release() {
      if (open) closeSync(writer);
      open = false;
    },
  };
}
