import type { Logger } from "@shaperail/core";
import type { Backoff } from "./backoff.ts";
import type { PayloadSchema } from "./payload-schema.ts";
import type { Priority } from "./priority.ts";

/** What a handler knows about its run besides the payload. */
export interface JobContext {
  readonly id: string;
  readonly name: string;
  /** 1 for the first attempt. A run that ended with its process is no attempt. */
  readonly attempt: number;
  /** When the job was added, in milliseconds since 1970. */
  readonly addedAt: number;
  /**
   * Aborted when the attempt's time is up, when another worker has taken the job over, and when the worker closes before
   * the job is done; `signal.reason` is the `JobsError`. Pass it on to everything that takes one.
   */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** Reports how far the job is, for `status`. Never a sensitive value: it is stored as it is. */
  progress(value: number | Readonly<Record<string, unknown>>): Promise<void>;
}

/** What {@link defineJob} takes. */
export interface JobOptions<Payload> {
  /** Name of the job in queues, logs and spans; it stays the same over releases. */
  readonly name: string;
  /**
   * Does the work. It may run more than once for the same `context.id`, after a crash for example: make it idempotent.
   * What it returns is not kept.
   */
  handle(payload: Payload, context: JobContext): Promise<unknown>;
  /** How often a failing job is tried in all, the first time included. @default 4 */
  readonly attempts?: number;
  /** Pause before the next attempt. @default 2, 4, 8 … seconds, at most an hour, each up to a quarter shorter by chance */
  readonly backoff?: Backoff;
  /** Longest time for an attempt, in milliseconds; then its signal is aborted and it has failed. @default 300_000 */
  readonly timeoutMs?: number;
  /** What a payload must look like: anything that speaks Standard Schema. @default everything is accepted */
  readonly schema?: PayloadSchema<Payload>;
  /**
   * Names what a payload is about. While a job with the same text waits or runs, adding another one adds nothing.
   * @default every job is one of its own
   */
  unique?(payload: Payload): string;
  /** @default "normal" */
  readonly priority?: Priority;
}

/** A job that queues and workers understand. */
export interface JobDefinition<Payload = unknown> {
  readonly name: string;
  readonly attempts: number;
  readonly timeoutMs: number;
  readonly priority: Priority;
  readonly backoff: Backoff;
  readonly schema: PayloadSchema<Payload> | undefined;
  handle(payload: Payload, context: JobContext): Promise<unknown>;
  uniqueKey(payload: Payload): string | undefined;
}

/**
 * Describes a job: its name, its handler, and what happens when it fails.
 *
 * @throws `TypeError` for a name, a number of attempts or a timeout that cannot be
 */
export function defineJob<Payload = unknown>(options: JobOptions<Payload>): JobDefinition<Payload> {
  const { name, attempts = 4, timeoutMs = 300_000, priority = "normal", backoff = {}, schema } = options;
  if (name === "") throw new TypeError("A job needs a name.");
  if (!Number.isInteger(attempts) || attempts < 1)
    throw new TypeError(`Job ${name}: attempts is ${attempts}, not a whole number above 0.`);
  // 2^31 - 1: Node turns a longer timer into one of a millisecond.
  if (!(timeoutMs > 0 && timeoutMs <= 2_147_483_647))
    throw new TypeError(`Job ${name}: timeoutMs is ${timeoutMs}, not between 1 and 2147483647.`);
  return {
    name,
    attempts,
    timeoutMs,
    priority,
    backoff,
    schema,
    handle: (payload, context) => options.handle(payload, context),
    uniqueKey: (payload) => options.unique?.(payload),
  };
}
