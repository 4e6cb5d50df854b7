import type { EventPayload } from "@shaperail/events";
import type { JobContext } from "@shaperail/jobs";

/** Hears of everything that happens to comments. */
export async function handle({ event, event_id: id }: EventPayload, { logger }: JobContext): Promise<void> {
  logger.info("comments have changed", { event, event_id: id });
}
