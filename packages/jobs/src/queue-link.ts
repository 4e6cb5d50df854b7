import { type Logger, withDeadline } from "@shaperail/core";
import type { BackendClient, BullQueue } from "./backend.ts";
import { quietly } from "./quietly.ts";

/** The queue as soon as it can be used. */
export interface QueueLink {
  ready(): Promise<BullQueue>;
  /** Closes the open queue, or tears it off when that takes too long. */
  close(timeoutMs: number): Promise<void>;
}

/**
 * Opens the queue when it is first needed, and again after an opening that failed: BullMQ remembers a failed start for
 * ever, so that a server that was down for a second at the wrong moment would be down until the process ends.
 */
export function createQueueLink(
  open: () => BackendClient,
  { name, logger }: { readonly name: string; readonly logger: Logger },
): QueueLink {
  let current:
    | { readonly client: BackendClient; readonly queue: BullQueue; readonly opened: Promise<BullQueue> }
    | undefined;

  function openNow(): NonNullable<typeof current> {
    const client = open();
    const queue = client.openQueue(name);
    const report = quietly(logger, "The queue's server cannot be used");
    queue.on("error", report);
    const opened = queue.waitUntilReady().then(() => queue);
    const link = { client, queue, opened };
    opened.catch(() => {
      if (current === link) current = undefined;
      queue.close().catch(report);
      client.release();
    });
    return link;
  }

  return {
    ready: () => (current ??= openNow()).opened,
    async close(timeoutMs) {
      const link = current;
      current = undefined;
      if (link === undefined) return;
      await withDeadline(() => link.queue.close(), { timeoutMs, what: "Closing the queue" }).catch((error: unknown) =>
        logger.warn("The queue did not close in order", { error }),
      );
      link.client.release();
    },
  };
}
