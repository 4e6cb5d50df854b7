import { type Closeable, closeable, withDeadline } from "@shaperail/core";
import type { Queue } from "bullmq";
import { type JobsBackend, producerClient } from "./backend.ts";

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
 * does. A server that is down is reported by the calls, not by an event.
 */
export function openBullQueue({ backend, name = "jobs", timeoutMs = 2_000 }: OpenBullQueueOptions): BullQueueHandle {
  const client = producerClient(backend, { timeoutMs });
  // It is one; the rest of this package is content with a part of it.
  const queue = client.openQueue(name) as unknown as Queue;
  // Without a listener a lost connection would end the process.
  queue.on("error", () => undefined);
  queue.waitUntilReady().catch(() => undefined);
  return {
    queue,
    ...closeable(async () => {
      await withDeadline(() => queue.close(), { timeoutMs, what: "Closing the queue" }).catch(() => undefined);
      client.release();
    }),
  };
}
