import { cumulativeOf, type FamilySnapshot, type MetricsSnapshot, mergeSnapshots } from "@shaperail/metrics";
import { isMessage } from "./worker-message.ts";
import type { WorkerProcess } from "./worker-process.ts";

/** Joins what the processes of an application say about themselves. */
export interface Collector {
  /** Asks this process from now on, and answers when it asks. */
  add(number: number, worker: WorkerProcess): void;
  /** The process has ended; what it has counted goes on counting. */
  remove(number: number): void;
}

export interface CollectorOptions {
  /** Longest wait for a process, in milliseconds. @default 1_000 */
  readonly timeoutMs?: number;
}

interface Member {
  readonly worker: WorkerProcess;
  /** What it said last. */
  last: MetricsSnapshot;
}

interface Round {
  readonly waiting: Set<number>;
  readonly done: () => void;
}

export function createCollector({ timeoutMs = 1_000 }: CollectorOptions = {}): Collector {
  const members = new Map<number, Member>();
  const rounds = new Map<number, Round>();
  let lastRound = 0;
  let ended: MetricsSnapshot = [];
  let endedCount = 0;

  const settle = (number: number, round: Round): void => {
    round.waiting.delete(number);
    if (round.waiting.size === 0) round.done();
  };

  /** The numbers of those that did not answer in time. */
  const askAll = async (): Promise<ReadonlySet<number>> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const id = (lastRound += 1);
    const round: Round = { waiting: new Set(members.keys()), done: resolve };
    rounds.set(id, round);
    const timer = setTimeout(resolve, timeoutMs);
    for (const { worker } of members.values()) worker.send({ type: "report", round: id });
    await promise;
    clearTimeout(timer);
    rounds.delete(id);
    return round.waiting;
  };

  const collect = async (): Promise<MetricsSnapshot> => {
    const silent = await askAll();
    // Of a process that is silent only what grows is shown, as it was: without it the sum would fall and seem to start again.
    const said = [...members].map(([number, { last }]) => (silent.has(number) ? cumulativeOf(last) : last));
    const own = familiesOf({ answering: members.size - silent.size, silent: silent.size, ended: endedCount });
    return [...mergeSnapshots([...said, ended]), ...own];
  };

  return {
    add(number, worker) {
      const member: Member = { worker, last: [] };
      members.set(number, member);
      worker.onMessage((message) => {
        if (isMessage(message, "snapshot")) {
          member.last = message.snapshot;
          const round = rounds.get(message.round);
          if (round !== undefined) settle(number, round);
        } else if (isMessage(message, "collect")) {
          const { id } = message;
          void collect().then((snapshot) => worker.send({ type: "collected", id, snapshot }));
        }
      });
    },
    remove(number) {
      const member = members.get(number);
      if (member === undefined) return;
      members.delete(number);
      ended = mergeSnapshots([ended, cumulativeOf(member.last)]);
      endedCount += 1;
      for (const round of rounds.values()) settle(number, round);
    },
  };
}

interface Counts {
  readonly answering: number;
  readonly silent: number;
  readonly ended: number;
}

function familiesOf({ answering, silent, ended }: Counts): readonly FamilySnapshot[] {
  return [
    {
      name: "shaperail_runtime_workers",
      help: "Processes of this application, by whether they answered when the page was read.",
      type: "gauge",
      samples: [
        { suffix: "", labels: 'state="answering"', value: answering },
        { suffix: "", labels: 'state="silent"', value: silent },
      ],
    },
    {
      name: "shaperail_runtime_workers_ended_total",
      help: "Processes of this application that ended although nobody asked them to.",
      type: "counter",
      samples: [{ suffix: "", labels: "", value: ended }],
    },
  ];
}
