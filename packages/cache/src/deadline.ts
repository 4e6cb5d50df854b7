/** Thrown by {@link inTime}; one object for all, since nobody reads its stack. */
export const TOO_LATE: Error = new Error("The cache store did not answer in time.");

/** Waits for the work, but no longer than `timeoutMs`; then rejects with {@link TOO_LATE}. What the work does later is ignored. */
export function inTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    // After a pause of this process the timer is due before the answer was read, though the answer is there: a turn of the
    // event loop reads it. Without it a slow process would take itself for a slow Redis.
    const timer = setTimeout(() => setImmediate(reject, TOO_LATE), timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
