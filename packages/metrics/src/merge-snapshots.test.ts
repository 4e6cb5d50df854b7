import { expect, test } from "vitest";
import { createMetrics, cumulativeOf, mergeSnapshots, type MetricsSnapshot } from "./index.ts";

/** What a process that has answered these requests says. */
async function snapshotOf(
  requests: number,
  { inUse = 0, depth = 0, traceId }: { inUse?: number; depth?: number; traceId?: string } = {},
): Promise<MetricsSnapshot> {
  const metrics = createMetrics({ processMetrics: false });
  metrics.addPool("default", () => ({ inUse, idle: 0, waiting: 0, size: 5 }));
  metrics.add({ name: "shaperail_job_queue_depth", help: "Jobs that wait to be run.", read: () => depth });
  metrics.add({ name: "shaperail_demo_lines_total", help: "Lines.", type: "counter", read: () => requests });
  for (let n = 0; n < requests; n += 1) {
    metrics.observeRequest({ method: "GET", path: "/v1/posts", status: 200, durationMs: 3, traceId });
  }
  return metrics.snapshot();
}

async function linesOf(snapshot: MetricsSnapshot, accept?: string): Promise<readonly string[]> {
  const { body } = await createMetrics().render(accept, snapshot);
  return body.split("\n");
}

test("counters and histograms of several processes add up; gauges as their family says", async () => {
  const merged = mergeSnapshots([
    await snapshotOf(3, { inUse: 2, depth: 7 }),
    await snapshotOf(4, { inUse: 1, depth: 8 }),
    await snapshotOf(0),
  ]);
  const lines = await linesOf(merged);
  for (const line of [
    'shaperail_http_requests_total{method="GET",path="/v1/posts",status="200"} 7',
    'shaperail_http_request_duration_seconds_bucket{method="GET",path="/v1/posts",le="0.001"} 0',
    'shaperail_http_request_duration_seconds_bucket{method="GET",path="/v1/posts",le="0.005"} 7',
    'shaperail_http_request_duration_seconds_count{method="GET",path="/v1/posts"} 7',
    "shaperail_demo_lines_total 7",
    "shaperail_db_pool_size 3",
    'shaperail_db_pool_max{database="default"} 15',
    "shaperail_job_queue_depth 8",
  ]) {
    expect(lines).toContain(line);
  }
  const named = lines.filter((line) => line !== "" && !line.startsWith("#")).map((line) => line.split(" ")[0]);
  expect(new Set(named).size).toBe(named.length);
});

test("a series that only a later process has is on the page, and the newest trace of a bucket", async () => {
  const merged = mergeSnapshots([await snapshotOf(0), await snapshotOf(1, { traceId: "a1" })]);
  expect((await linesOf(merged, "application/openmetrics-text")).join("\n")).toMatch(
    /path="\/v1\/posts",le="0.005"\} 1 # \{trace_id="a1"\}/,
  );
});

test("of a process that has ended only what grows goes on counting", async () => {
  const kept = cumulativeOf(await snapshotOf(2, { inUse: 2 }));
  const lines = await linesOf(mergeSnapshots([kept, await snapshotOf(1, { inUse: 1 })]));
  expect(lines).toContain('shaperail_http_requests_total{method="GET",path="/v1/posts",status="200"} 3');
  expect(lines).toContain("shaperail_db_pool_size 1");
});

test("memory of several processes adds up; of their event loops the slowest counts", async () => {
  const metrics = createMetrics();
  const one = await metrics.snapshot();
  const find = (snapshot: MetricsSnapshot, name: string): number | undefined =>
    snapshot.find((family) => family.name === name)?.samples[0]?.value;
  const both = mergeSnapshots([one, one]);
  for (const [name, factor] of [
    ["process_resident_memory_bytes", 2],
    ["nodejs_eventloop_lag_max_seconds", 1],
    ["process_start_time_seconds", 1],
    ["nodejs_version_info", 1],
  ] as const) {
    expect(find(both, name)).toBe(factor * (find(one, name) ?? Number.NaN));
  }
});
