import { withDeadline } from "@shaperail/core";
import type { MetricsSnapshot } from "@shaperail/metrics";
import type { WorkerPosition } from "./share-pools.ts";
import { isMessage, type MessageToPrimary } from "./worker-message.ts";

/** The way to the process that started this one. */
export interface WorkerChannel {
  send(message: MessageToPrimary): void;
  onMessage(listener: (message: unknown) => void): void;
}

/** What a process that is one of several knows of the others. */
export interface WorkerLink extends WorkerPosition {
  /** Says how the others get the metrics of this process. */
  reportMetrics(read: () => Promise<MetricsSnapshot>): void;
  /**
   * The metrics of all processes together.
   * @throws ShaperailError `CORE_DEADLINE_EXCEEDED` when the process that asks them does not answer.
   */
  collectMetrics(): Promise<MetricsSnapshot>;
  /** Says that this process answers requests now. */
  listening(): void;
  /** Called when this process is to finish and end. */
  onStop(listener: () => void): void;
}

/** Longer than the process that started this one waits for the others. */
const COLLECT_TIMEOUT_MS = 3_000;

/** Speaks with the process that started this one. */
export function createWorkerLink(channel: WorkerChannel, position: WorkerPosition): WorkerLink {
  const asked = new Map<number, (snapshot: MetricsSnapshot) => void>();
  const onStop: (() => void)[] = [];
  let read: (() => Promise<MetricsSnapshot>) | undefined;
  let lastId = 0;

  channel.onMessage((message) => {
    if (isMessage(message, "collected")) asked.get(message.id)?.(message.snapshot);
    else if (isMessage(message, "stop")) for (const listener of onStop) listener();
    else if (isMessage(message, "report")) {
      const { round } = message;
      void read?.().then((snapshot) => channel.send({ type: "snapshot", round, snapshot }));
    }
  });

  return {
    ...position,
    reportMetrics(next) {
      read = next;
    },
    async collectMetrics() {
      const { promise, resolve } = Promise.withResolvers<MetricsSnapshot>();
      const id = (lastId += 1);
      asked.set(id, resolve);
      channel.send({ type: "collect", id });
      try {
        return await withDeadline(() => promise, { timeoutMs: COLLECT_TIMEOUT_MS, what: "Asking all processes" });
      } finally {
        asked.delete(id);
      }
    },
    listening: () => channel.send({ type: "listening" }),
    onStop: (listener) => void onStop.push(listener),
  };
}
