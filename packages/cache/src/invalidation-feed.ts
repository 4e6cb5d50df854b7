/** What a feed tells. */
export interface FeedListener {
  /** What the keys to be told about start with. */
  readonly prefix: string;
  /** These keys have changed. */
  onChange(keys: readonly string[]): void;
  /** Any key may have changed. */
  onReset(): void;
}

/** Tells a near cache which keys of the store have changed, wherever the change came from. */
export interface InvalidationFeed {
  /** Begins to listen. Called once, by the cache. */
  listen(listener: FeedListener): void;
  /**
   * The server whose changes are all told, as in `StoreReading.origin`; `undefined` when a change could have been missed.
   * It answers for now, so it also notices a silence nobody told it of.
   */
  coherentWith(): string | undefined;
}
