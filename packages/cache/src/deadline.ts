/** Thrown by {@link inTime}; one object for all, since nobody reads its stack. */
const TOO_LATE: Error = new Error("The cache store did not answer in time.");

const GRACE_MS = 5;

/** Waits for the work, but no longer than `timeoutMs`; then rejects with {@link TOO_LATE}. What the work does later is ignored. */
export function inTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const graceMs = Math.min(GRACE_MS, timeoutMs / 2);
    // After a pause of this process the timer is due before the question was sent, or the answer read. The last few
    // milliseconds are a timer of their own: without them a busy process would take itself for a slow store.
    let timer = setTimeout(() => {
      timer = setTimeout(reject, graceMs, TOO_LATE);
    }, timeoutMs - graceMs);
    work.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
