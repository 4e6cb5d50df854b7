/** What one look into a store found. */
export interface StoreReading {
  /** What was written under the key, or something else's rubbish; the cache checks. */
  readonly value: Buffer | undefined;
  /** One per asked key, in order. `undefined` where the store could neither find nor make one. */
  readonly generations: readonly (string | undefined)[];
  /** Identity of the server that answered, when the store knows. A value is only good for the server it was written to. */
  readonly origin: string;
}

/**
 * Where cached values and generations live.
 *
 * A *generation* is a short random text that names a state of the data behind a tag. It never comes back once it was
 * replaced or lost: a lost one is replaced by a new one, never by a first one.
 */
export interface CacheStore {
  /** Reads a value and generations in one step. A generation that does not exist is made. */
  read(key: string, generationKeys: readonly string[]): Promise<StoreReading>;
  /** Keeps a value for at most `ttlMs` milliseconds. */
  write(key: string, value: Buffer, ttlMs: number): Promise<void>;
  /** Replaces generations by new ones. When it has resolved, every `read` that begins later sees the new ones. */
  renew(generationKeys: readonly string[]): Promise<void>;
}
