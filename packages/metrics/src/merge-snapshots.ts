import type { Family, Sample } from "./family.ts";

/** Everything under one name, as it was at one moment. */
export interface FamilySnapshot extends Omit<Family, "samples"> {
  readonly samples: readonly Sample[];
}

/** The metrics of a process at one moment, as plain data. */
export type MetricsSnapshot = readonly FamilySnapshot[];

export function toSnapshot(family: Family): FamilySnapshot {
  return { ...family, samples: family.samples() };
}

/**
 * What only grows: counters and histograms. Of a process that has ended it goes on counting; otherwise a sum would fall, which Prometheus
 * takes for a start from 0.
 */
export function cumulativeOf(snapshot: MetricsSnapshot): MetricsSnapshot {
  return snapshot.filter(({ type }) => type !== "gauge");
}

/**
 * Joins the metrics of several processes into those of all. Counters and histograms are added up series by series; gauges as their family
 * says. The page has every series that any of them has, once.
 */
export function mergeSnapshots(snapshots: readonly MetricsSnapshot[]): MetricsSnapshot {
  const families = new Map<string, { readonly family: FamilySnapshot; readonly samples: Map<string, Sample> }>();
  for (const family of snapshots.flat()) {
    const known = families.get(family.name) ?? { family, samples: new Map<string, Sample>() };
    families.set(family.name, known);
    for (const sample of family.samples) {
      const series = `${sample.suffix} ${sample.labels}`;
      const before = known.samples.get(series);
      known.samples.set(series, before === undefined ? sample : join(before, sample, family.merge));
    }
  }
  return [...families.values()].map(({ family, samples }) => ({ ...family, samples: [...samples.values()] }));
}

function join(one: Sample, other: Sample, merge: Family["merge"] = "sum"): Sample {
  const value = merge === "max" ? Math.max(one.value, other.value) : one.value + other.value;
  const isNewer = (other.exemplar?.at ?? 0) > (one.exemplar?.at ?? 0);
  return { ...one, value, exemplar: isNewer ? other.exemplar : one.exemplar };
}
