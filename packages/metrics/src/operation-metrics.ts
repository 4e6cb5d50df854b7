import { noopObserver, type ObservationAttributes, type Observer } from "@shaperail/core";
import { createBoundedMap } from "./bounded-map.ts";
import { type Family, labelsText, type Sample } from "./family.ts";
import { createHistogram } from "./histogram.ts";

export interface OperationMetrics {
  readonly observer: Observer;
  readonly families: readonly Family[];
}

interface Timed {
  /** The attribute that tells series apart, and the label it becomes. */
  readonly attribute: string;
  readonly label: string;
  readonly family: Pick<Family, "name" | "help">;
}

/** Databases, operations and jobs are declared; more would be a mistake. */
const MOST_VALUES = 200;

const TIMED: Readonly<Record<string, Timed>> = {
  "db.query": {
    attribute: "db.connection",
    label: "database",
    family: {
      name: "shaperail_db_query_duration_seconds",
      help: "Time of a statement, the wait for a connection included, by database and outcome.",
    },
  },
  "cache.op": {
    attribute: "cache.operation",
    label: "operation",
    family: {
      name: "shaperail_cache_operation_duration_seconds",
      help: "Time of a cache operation, by operation and outcome.",
    },
  },
  "job.execute": {
    attribute: "job.name",
    label: "job",
    family: { name: "shaperail_job_duration_seconds", help: "Time of a run of a job, by job and outcome." },
  },
};

/** Turns what other packages report into durations, and cache look-ups into hits and misses. */
export function createOperationMetrics(now: () => number): OperationMetrics {
  const lookups = { hit: 0, miss: 0 };
  const recorders = new Map(Object.entries(TIMED).map(([operation, timed]) => [operation, createRecorder(timed)]));

  const countLookup = ({ "cache.result": result }: ObservationAttributes): void => {
    if (result === "hit" || result === "miss") lookups[result] += 1;
  };

  const observer: Observer = {
    ...noopObserver,
    observe(operation, attributes, run) {
      const recorder = recorders.get(operation);
      if (recorder === undefined) return run(ignore);
      const startedAt = now();
      const result = run(operation === "cache.op" ? countLookup : ignore);
      // Beside the promise, not in front of it: whoever waits is not held up.
      result.then(
        () => recorder.record(attributes, "ok", now() - startedAt),
        () => recorder.record(attributes, "error", now() - startedAt),
      );
      return result;
    },
  };

  const cacheFamily: Family = {
    name: "shaperail_cache_total",
    help: "Cache look-ups by result.",
    type: "counter",
    samples: () =>
      Object.entries(lookups).map(([result, value]) => ({ suffix: "", labels: labelsText({ result }), value })),
  };
  return { observer, families: [cacheFamily, ...[...recorders.values()].map(({ family }) => family)] };
}

const ignore = (): void => undefined;

type Outcome = "ok" | "error";

interface Recorder {
  record(attributes: ObservationAttributes, outcome: Outcome, durationMs: number): void;
  readonly family: Family;
}

function createRecorder({ attribute, label, family }: Timed): Recorder {
  const series = {
    ok: createBoundedMap(MOST_VALUES, () => createHistogram()),
    error: createBoundedMap(MOST_VALUES, () => createHistogram()),
  };
  const samplesOf = (outcome: Outcome): Sample[] =>
    [...series[outcome].entries()].flatMap(([value, histogram]) =>
      histogram.samples(labelsText({ [label]: value, outcome })),
    );
  return {
    record(attributes, outcome, durationMs) {
      series[outcome].get(String(attributes[attribute] ?? "unknown")).record(durationMs / 1_000);
    },
    family: { ...family, type: "histogram", samples: () => [...samplesOf("ok"), ...samplesOf("error")] },
  };
}
