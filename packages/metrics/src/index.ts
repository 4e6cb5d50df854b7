export { cumulativeOf, type FamilySnapshot, type MetricsSnapshot, mergeSnapshots } from "./merge-snapshots.ts";
export { createMetrics, type Metrics, type MetricsOptions } from "./metrics.ts";
export type { PoolState } from "./pool-metrics.ts";
export type { Reading, ReadingValue } from "./readings.ts";
export type { MetricsPage } from "./render-page.ts";
export type { KnownRoute, ObservedRequest } from "./request-metrics.ts";
