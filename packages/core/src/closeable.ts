/** Something that holds a resource until it is closed. */
export interface Closeable extends AsyncDisposable {
  /** Releases everything. Safe to call twice: both callers get the same promise. */
  close(): Promise<void>;
}

/**
 * Makes a `close()` that runs `release` once, whoever asks first.
 *
 * Spread the result into what a factory returns: `{ ping, ...closeable(() => pool.end()) }`.
 */
export function closeable(release: () => Promise<void>): Closeable {
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= release());
  return { close, [Symbol.asyncDispose]: close };
}
