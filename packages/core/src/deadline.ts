import { ShaperailError } from "./error.ts";
import type { CoreErrorCode } from "./errors.ts";

/** How {@link withDeadline} waits. */
export interface DeadlineOptions {
  /** Longest wait, in milliseconds. */
  readonly timeoutMs: number;
  /** What is being waited for, for the message: `"the database check"`. */
  readonly what: string;
}

/**
 * Waits for `work`, but no longer than `timeoutMs`; then rejects with `CORE_DEADLINE_EXCEEDED`.
 *
 * The signal given to `work` is aborted when the deadline passes, so that it can let go of what it holds.
 */
export async function withDeadline<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { timeoutMs, what }: DeadlineOptions,
): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new ShaperailError<CoreErrorCode>(`${what} took longer than ${timeoutMs} ms.`, {
        code: "CORE_DEADLINE_EXCEEDED",
        hint: "Look at what it waits for, or raise its timeout.",
        details: { timeoutMs },
      });
      reject(error);
      controller.abort(error);
    }, timeoutMs);
  });
  try {
    return await Promise.race([work(controller.signal), expired]);
  } finally {
    clearTimeout(timer);
  }
}
