import type { Measurement } from "./measure.ts";
import { median, type Spread, spread } from "./statistics.ts";

/** One server with one workload, over all rounds. */
export interface SummaryRow {
  readonly workload: string;
  readonly server: string;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuUs: number | undefined;
  /** Its throughput divided by another server's in the same round, by that server's name. */
  readonly ratios: Readonly<Record<string, Spread>>;
}

/** Medians over the rounds, and ratios against each of the `baselines`. */
export function summarize(measurements: readonly Measurement[], baselines: readonly string[]): SummaryRow[] {
  // By workload as they were measured, and within each the baselines first.
  const rank = ({ server }: Measurement): number =>
    baselines.includes(server) ? baselines.indexOf(server) : baselines.length;
  const workloads = [...new Set(measurements.map(({ workload }) => workload))];
  const ordered = workloads.flatMap((name) =>
    measurements.filter(({ workload }) => workload === name).toSorted((one, other) => rank(one) - rank(other)),
  );
  const groups = Map.groupBy(ordered, ({ workload, server }) => `${workload} ${server}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { workload, server } = first;
    const against = (baseline: string): number[] =>
      group.flatMap(({ round, requestsPerSecond }) => {
        const other = measurements.find(
          (each) => each.workload === workload && each.server === baseline && each.round === round,
        );
        return other === undefined ? [] : [requestsPerSecond / other.requestsPerSecond];
      });
    const cpu = group.flatMap(({ cpuUs }) => cpuUs ?? []);
    return [
      {
        workload,
        server,
        requestsPerSecond: median(group.map(({ requestsPerSecond }) => requestsPerSecond)),
        p50Ms: median(group.map(({ p50Ms }) => p50Ms)),
        p99Ms: median(group.map(({ p99Ms }) => p99Ms)),
        cpuUs: cpu.length === 0 ? undefined : median(cpu),
        ratios: Object.fromEntries(
          baselines.filter((name) => against(name).length > 0).map((name) => [name, spread(against(name))]),
        ),
      },
    ];
  });
}
