import type { Exemplar, Sample } from "./family.ts";

/** Durations counted by how long they took. */
export interface Histogram {
  /** `traceId` is remembered with the bucket, when the trace can be looked up. */
  record(seconds: number, traceId?: string): void;
  samples(labels: string): readonly Sample[];
}

/** Upper bounds in seconds, the guide's. A last bucket without bound is always added. */
const DURATION_BOUNDS: readonly number[] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** Counts into an array; text is made when somebody reads the page. */
export function createHistogram(bounds: readonly number[] = DURATION_BOUNDS): Histogram {
  const counts = new Float64Array(bounds.length + 1);
  let exemplars: (Exemplar | undefined)[] | undefined;
  let sum = 0;
  const ends = [...bounds.map(String), "+Inf"];

  return {
    record(seconds, traceId) {
      let at = 0;
      while (seconds > (bounds[at] ?? Infinity)) at += 1;
      counts[at] = (counts[at] ?? 0) + 1;
      sum += seconds;
      if (traceId !== undefined) (exemplars ??= [])[at] = { traceId, value: seconds, at: Date.now() / 1_000 };
    },
    samples(labels) {
      const before = labels === "" ? "" : `${labels},`;
      let total = 0;
      const buckets = ends.map((end, at): Sample => {
        total += counts[at] ?? 0;
        return { suffix: "_bucket", labels: `${before}le="${end}"`, value: total, exemplar: exemplars?.[at] };
      });
      return [...buckets, { suffix: "_sum", labels, value: sum }, { suffix: "_count", labels, value: total }];
    },
  };
}
