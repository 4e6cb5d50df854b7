import type { Outbox } from "@shaperail/events";
import type { JobQueue } from "@shaperail/jobs";
import type { Metrics } from "@shaperail/metrics";

/** Puts the depth of the queue on the page of metrics. */
export function addQueueMetrics(metrics: Metrics, queue: JobQueue): void {
  metrics.add({
    name: "shaperail_job_queue_depth",
    help: "Jobs that wait to be run.",
    read: async () => (await queue.counts()).waiting,
  });
  metrics.add({
    name: "shaperail_jobs_held",
    help: "Jobs that the queue holds, by state; completed ones only for as long as they are remembered.",
    read: async () => Object.entries(await queue.counts()).map(([state, value]) => ({ labels: { state }, value })),
  });
}

/** Puts what waits for the relay on the page, by connection. */
export function addOutboxMetrics(metrics: Metrics, outboxes: ReadonlyMap<string, Outbox>): void {
  const stats = () =>
    Promise.all([...outboxes].map(async ([database, outbox]) => ({ database, ...(await outbox.stats()) })));
  metrics.add({
    name: "shaperail_outbox_depth",
    help: "Jobs and events that wait to be moved to the queue, by database.",
    read: async () => (await stats()).map(({ database, depth }) => ({ labels: { database }, value: depth })),
  });
  metrics.add({
    name: "shaperail_outbox_age_seconds",
    help: "How long the oldest of them has waited, by database.",
    read: async () =>
      (await stats()).map(({ database, oldestMs }) => ({ labels: { database }, value: oldestMs / 1_000 })),
  });
}
