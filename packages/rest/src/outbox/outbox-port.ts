/** Something that has to happen after a write: a job runs, or an event reaches its subscribers. */
export interface OutboxIntent {
  readonly kind: "job" | "event";
  readonly name: string;
}

/** What {@link RestOutbox.insert} is asked for. */
export interface OutboxInsertRequest {
  readonly intents: readonly OutboxIntent[];
  readonly resource: string;
  /** `created`, `updated`, `deleted`, or the name of a custom endpoint. */
  readonly action: string;
  /** SQL of a JSONB value made of the written row, which is `w`. */
  readonly data: string;
  /** SQL of the trace to continue, as JSONB. */
  readonly trace: string;
}

/** Where the intents of writes are kept, on one database. `outboxInsert` and `createOutbox` of `@shaperail/events` make one. */
export interface RestOutbox {
  /** The body of a CTE that stores the intents for every row of the CTE `written`. */
  insert(request: OutboxInsertRequest): string;
  /** Whether somebody listens to events of this name; asked once per endpoint. */
  hears(event: string): boolean;
  /** Whether there is a job of this name. */
  hasJob(name: string): boolean;
  /** The trace of what runs now, for the job to continue; undefined: none. */
  carrier(): Readonly<Record<string, string>> | undefined;
  /** Says that something was committed. Never waits, never throws. */
  wake(): void;
}
