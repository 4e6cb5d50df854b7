/** A job for the queue. `JobEntry` of `@shaperail/jobs` is one. */
export interface OutboxJob {
  /** Adding a job with the id of one that is known adds nothing. */
  readonly id: string;
  readonly name: string;
  readonly payload: unknown;
  readonly priority?: "critical" | "high" | "normal" | "low";
  readonly trace?: Readonly<Record<string, string>>;
}

/** What the outbox needs of a queue; `JobQueue` of `@shaperail/jobs` is one. */
export interface OutboxQueue {
  /** Adds jobs in this order, all or none, and resolves with their ids: that of the equal one where a job is unique. */
  addAll(jobs: readonly OutboxJob[]): Promise<readonly string[]>;
  /** `completed` and `dead` are over; undefined is unknown to the queue. */
  states(ids: readonly string[]): Promise<readonly (string | undefined)[]>;
}
