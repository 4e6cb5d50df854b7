import { type Closeable, closeable, withDeadline } from "@shaperail/core";
import type { Queue } from "bullmq";
import { type JobsBackend, producerClient } from "./backend.ts";
import { toJobsError } from "./to-jobs-error.ts";

export interface OpenBullQueueOptions {
  readonly backend: JobsBackend;
  /** @default "jobs" */
  readonly name?: string;
  /** Longest wait for the server, in milliseconds. @default 2_000 */
  readonly timeoutMs?: number;
}

/** A queue as BullMQ has it. */
export interface BullQueueHandle extends Closeable {
  readonly queue: Queue;
}

/**
 * Opens the queue for a tool that speaks BullMQ, such as bull-board. What such a tool adds or changes passes by everything that `createQueue`
 * does.
 *
 * @throws `JobsError` `JOBS_UNAVAILABLE`, `JOBS_REFUSED` or `JOBS_SCHEMA_MISSING`
 */
export async function openBullQueue({
  backend,
  name = "jobs",
  timeoutMs = 2_000,
}: OpenBullQueueOptions): Promise<BullQueueHandle> {
  const client = producerClient(backend, { timeoutMs });
  const queue = client.openQueue(name);
  // Without a listener a lost connection would end the process; calls say so too.
  queue.on("error", () => undefined);
  const handle = closeable(async () => {
    await withDeadline(() => queue.close(), { timeoutMs, what: "Closing the queue" }).catch(() => undefined);
    client.release();
  });
  const what = "Opening the queue";
  try {
    // Every call of BullMQ waits for this, and for ever.
    await withDeadline(() => queue.waitUntilReady(), { timeoutMs, what });
  } catch (error) {
    await handle.close();
    throw toJobsError(error, what);
  }
  // It is one; the rest of this package is content with a part of it.
  return { queue: queue as unknown as Queue, ...handle };
}
