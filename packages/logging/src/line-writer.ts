import { openOutput } from "./output.ts";

/** Where lines go. */
export interface LineWriter {
  write(line: string): void;
  /** Waits until every line has been handed to the system, as long as somebody takes them. */
  flushSync(): void;
  /** Flushes and lets go; later lines are dropped. */
  close(): void;
  /** Lines that nobody took, since the start. */
  dropped(): number;
}

export interface LineWriterOptions {
  /** Called when lines are taken again after some were dropped, with their number. */
  readonly onDropped?: (lines: number) => void;
  /** Others write there as well, so that what is written at once must be whole lines. @default false */
  readonly shared?: boolean;
  /** What may wait for the reader, in characters; further lines are dropped. @default 8_388_608 */
  readonly maxWaitingLength?: number;
  /** At the end, the longest wait for a reader that takes nothing, in milliseconds. @default 5_000 */
  readonly patienceMs?: number;
}

// A burst of lines costs one call of the system instead of hundreds.
const WRITE_AT_LENGTH = 16_384;
const LARGEST_WRITE_BYTES = 65_536;
// See pipe(7): what is not longer is never mixed with what others write.
const PIPE_BUF_BYTES = 4_096;
const NEWLINE = 0x0a;
const FIRST_RETRY_MS = 1;
const LONGEST_RETRY_MS = 64;

/**
 * Writes lines to a file descriptor or a file.
 *
 * Lines of one turn of the event loop go out together at its end, so a process killed outright loses no more than that turn. A reader that is
 * slower than the service does not hold it up: lines wait in memory, and when that is full further ones are dropped and counted. At every exit
 * but a kill, a crash and `process.exit()` included, what waits is written first, for as long as somebody takes it.
 *
 * @throws LoggingError `LOGGING_DESTINATION_UNAVAILABLE` when the file cannot be opened.
 */
export function createLineWriter(
  destination: number | string,
  {
    onDropped = () => undefined,
    shared = false,
    maxWaitingLength = 8_388_608,
    patienceMs = 5_000,
  }: LineWriterOptions = {},
): LineWriter {
  const output = openOutput(destination);
  let isOpen = true;
  let scheduled = false;
  let retry: NodeJS.Timeout | undefined;
  let retryMs = FIRST_RETRY_MS;
  // Lines are joined as text, and encoded once they are about to be written.
  let waiting = "";
  let encoded: Buffer = Buffer.alloc(0);
  let dropped = 0;
  let reported = 0;

  /** Hands on what the system takes at once; true when nothing is left. */
  const advance = (): boolean => {
    while (encoded.length > 0 || waiting !== "") {
      if (encoded.length === 0) {
        encoded = Buffer.from(waiting);
        waiting = "";
      }
      const taken = output.write(shared ? wholeLines(encoded) : encoded.subarray(0, LARGEST_WRITE_BYTES));
      if (taken === 0) return false;
      retryMs = FIRST_RETRY_MS;
      encoded = encoded.subarray(taken);
    }
    return true;
  };
  const flush = (): void => {
    scheduled = false;
    retry = undefined;
    if (!isOpen) return;
    if (advance()) reportDropped();
    else plan();
  };
  const plan = (): void => {
    // Whoever ends before that writes the rest at the exit.
    retry ??= setTimeout(flush, retryMs).unref();
    retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
  };
  const reportDropped = (): void => {
    if (dropped === reported) return;
    const lines = dropped - reported;
    reported = dropped;
    onDropped(lines);
  };

  const write = (line: string): void => {
    if (!isOpen) return;
    if (waiting.length + encoded.length + line.length > maxWaitingLength) {
      dropped += 1;
      return;
    }
    waiting += line;
    if (retry !== undefined) return;
    if (waiting.length >= WRITE_AT_LENGTH && !advance()) return plan();
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  };
  /** Writes everything; false when the reader took nothing for too long. */
  const drain = (): boolean => {
    let lastProgress = performance.now();
    let left = encoded.length + waiting.length;
    while (!advance()) {
      const now = performance.now();
      const leftNow = encoded.length + waiting.length;
      if (leftNow < left) lastProgress = now;
      else if (now - lastProgress > patienceMs) return false;
      left = leftNow;
      pause();
    }
    return true;
  };
  const flushSync = (): void => {
    if (!isOpen || !drain()) return;
    reportDropped();
    drain();
  };
  const close = (): void => {
    flushSync();
    isOpen = false;
    clearTimeout(retry);
    process.off("exit", flushSync);
    output.close();
  };

  // Not a signal: whatever ends the process, this is the last moment at which lines can be written.
  process.on("exit", flushSync);
  return { write, flushSync, close, dropped: () => dropped };
}

/** As many lines as a pipe takes whole or not at all; a longer line goes alone, and its rest next. */
function wholeLines(bytes: Buffer): Buffer {
  if (bytes.length <= PIPE_BUF_BYTES) return bytes;
  const end = bytes.lastIndexOf(NEWLINE, PIPE_BUF_BYTES - 1);
  return bytes.subarray(0, end === -1 ? bytes.indexOf(NEWLINE) + 1 || bytes.length : end + 1);
}

const nothing = new Int32Array(new SharedArrayBuffer(4));

/** Sleeps without giving others a turn: at the exit there are no more turns. */
function pause(): void {
  Atomics.wait(nothing, 0, 0, 2);
}
