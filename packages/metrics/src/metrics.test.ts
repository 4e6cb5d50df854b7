import { expect, test } from "vitest";
import { createMetrics, type Metrics } from "./index.ts";

const BOUNDS = ["0.001", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "5", "+Inf"];

const page = async (metrics: Metrics, accept?: string): Promise<string> => (await metrics.render(accept)).body;
/** Lines of one family, without HELP and TYPE. */
const samples = async (metrics: Metrics, name: string): Promise<readonly string[]> =>
  (await page(metrics)).split("\n").filter((line) => new RegExp(`^${name}(_bucket|_sum|_count)?[ {]`).test(line));
const quiet = (): Metrics => createMetrics({ processMetrics: false });

test.each([
  { name: "shaperail_http_requests_total", type: "counter" },
  { name: "shaperail_http_request_duration_seconds", type: "histogram" },
  { name: "shaperail_db_pool_size", type: "gauge" },
  { name: "shaperail_cache_total", type: "counter" },
  { name: "shaperail_job_queue_depth", type: "gauge" },
  { name: "shaperail_errors_total", type: "counter" },
])("$name is a $type with a series before the first request", async ({ name, type }) => {
  const metrics = quiet();
  expect(await page(metrics)).toContain(`# TYPE ${name} ${type}\n`);
  expect(await samples(metrics, name)).not.toEqual([]);
});

test("the series that alerts divide stand at 0 from the start", async () => {
  const text = await page(createMetrics({ processMetrics: false, routes: [{ method: "GET", path: "/v1/posts/:id" }] }));
  const zeros = [
    'shaperail_http_requests_total{method="GET",path="/v1/posts/:id",status="500"} 0',
    'shaperail_http_requests_total{method="GET",path="unmatched",status="500"} 0',
    'shaperail_http_request_duration_seconds_count{method="GET",path="/v1/posts/:id"} 0',
    "shaperail_db_pool_size 0",
    'shaperail_cache_total{result="hit"} 0',
    'shaperail_cache_total{result="miss"} 0',
    "shaperail_job_queue_depth 0",
    'shaperail_errors_total{error_type="http_500"} 0',
  ];
  for (const line of zeros) expect(text.split("\n")).toContain(line);
});

test("a request is counted by method, path and status, and its duration by method and path", async () => {
  const metrics = quiet();
  const request = { method: "POST", path: "/v1/posts", durationMs: 7 };
  metrics.observeRequest({ ...request, status: 201 });
  metrics.observeRequest({ ...request, status: 201, durationMs: 600 });
  metrics.observeRequest({ ...request, status: 422 });
  const text = (await page(metrics)).split("\n");
  expect(text).toContain('shaperail_http_requests_total{method="POST",path="/v1/posts",status="201"} 2');
  expect(text).toContain('shaperail_http_requests_total{method="POST",path="/v1/posts",status="422"} 1');
  const durations = 'shaperail_http_request_duration_seconds_bucket{method="POST",path="/v1/posts"';
  expect(text.filter((line) => line.startsWith(durations))).toEqual(
    BOUNDS.map((bound, at) => `${durations},le="${bound}"} ${at < 2 ? 0 : at < 8 ? 2 : 3}`),
  );
  expect(text).toContain('shaperail_http_request_duration_seconds_sum{method="POST",path="/v1/posts"} 0.614');
  expect(text).toContain('shaperail_http_request_duration_seconds_count{method="POST",path="/v1/posts"} 3');
});

test.each([
  { status: 200, counted: [] },
  { status: 404, counted: ['shaperail_errors_total{error_type="http_404"} 1'] },
  { status: 503, counted: ['shaperail_errors_total{error_type="http_503"} 1'] },
])("an answer of $status adds $counted.length error", async ({ status, counted }) => {
  const metrics = quiet();
  metrics.observeRequest({ method: "GET", path: "/x", status, durationMs: 1 });
  expect((await samples(metrics, "shaperail_errors_total")).filter((line) => !line.endsWith(" 0"))).toEqual(counted);
});

test("a value on the bound of a bucket is in it", async () => {
  const metrics = quiet();
  metrics.observeRequest({ method: "GET", path: "/x", status: 200, durationMs: 5 });
  const text = await page(metrics);
  expect(text).toContain('{method="GET",path="/x",le="0.001"} 0\n');
  expect(text).toContain('{method="GET",path="/x",le="0.005"} 1\n');
});

test("10,000 paths, methods and error types that somebody made up leave a page of bounded size", async () => {
  const metrics = quiet();
  for (let n = 0; n < 10_000; n += 1) {
    metrics.observeRequest({ method: `M${n}`, path: `/${n}`, status: 404, durationMs: 1 });
    metrics.countError(`error_${n}`);
    await metrics.observer.observe("db.query", { "db.connection": `database ${n}` }, async () => n);
  }
  const text = await page(metrics);
  expect(text.split("\n").length).toBeLessThan(20_000);
  expect(text).toContain('shaperail_http_requests_total{method="other",path="other",status="404"} 9001\n');
});

test("a label is escaped, so that no value can add a line or a label", async () => {
  const metrics = quiet();
  metrics.countError('a"} 1\nb{c="\\');
  expect(await page(metrics)).toContain('shaperail_errors_total{error_type="a\\"} 1\\nb{c=\\"\\\\"} 1\n');
});

test("the gauge without labels is about the default database alone", async () => {
  const metrics = quiet();
  metrics.addPool("default", () => ({ inUse: 19, idle: 1, waiting: 4, size: 20 }));
  metrics.addPool("analytics", () => ({ inUse: 2, idle: 0, waiting: 0, size: 5 }));
  expect(await samples(metrics, "shaperail_db_pool_size")).toEqual(["shaperail_db_pool_size 19"]);
  const text = (await page(metrics)).split("\n");
  expect(text).toContain('shaperail_db_pool_in_use{database="analytics"} 2');
  expect(text).toContain('shaperail_db_pool_idle{database="default"} 1');
  expect(text).toContain('shaperail_db_pool_waiting{database="default"} 4');
  expect(text).toContain('shaperail_db_pool_max{database="analytics"} 5');
});

test("the observer counts cache look-ups, and times operations by outcome", async () => {
  const metrics = quiet();
  const { observer } = metrics;
  for (const result of ["hit", "miss", "hit"]) {
    await observer.observe("cache.op", { "cache.operation": "get" }, async (report) =>
      report({ "cache.result": result }),
    );
  }
  await observer.observe("db.query", { "db.connection": "default" }, async () => 1);
  const failed = observer.observe("job.execute", { "job.name": "mail" }, () => Promise.reject(new Error("no route")));
  await expect(failed).rejects.toThrow("no route");
  const text = (await page(metrics)).split("\n");
  expect(text).toContain('shaperail_cache_total{result="hit"} 2');
  expect(text).toContain('shaperail_cache_total{result="miss"} 1');
  expect(text).toContain('shaperail_cache_operation_duration_seconds_count{operation="get",outcome="ok"} 3');
  expect(text).toContain('shaperail_db_query_duration_seconds_count{database="default",outcome="ok"} 1');
  expect(text).toContain('shaperail_job_duration_seconds_count{job="mail",outcome="error"} 1');
});

test("the observer gives back the very promise of the work", () => {
  const work = Promise.resolve(1);
  expect(quiet().observer.observe("db.query", {}, () => work)).toBe(work);
});

test("a reading is asked for with each page", async () => {
  const metrics = quiet();
  let depth = 3;
  metrics.add({ name: "shaperail_job_queue_depth", help: "Jobs that wait.", read: async () => depth });
  metrics.add({
    name: "shaperail_log_lines_dropped_total",
    help: "Lines nobody took.",
    type: "counter",
    read: () => [{ value: 1, labels: { reason: "full" } }],
  });
  expect(await samples(metrics, "shaperail_job_queue_depth")).toEqual(["shaperail_job_queue_depth 3"]);
  depth = 1_500;
  expect(await samples(metrics, "shaperail_job_queue_depth")).toEqual(["shaperail_job_queue_depth 1500"]);
  expect(await page(metrics)).toContain('shaperail_log_lines_dropped_total{reason="full"} 1\n');
});

test.each([
  { how: "fails", read: () => Promise.reject<number>(new Error("no queue")) },
  { how: "never answers", read: () => new Promise<number>(() => undefined) },
])("a reading that $how is left out and counted, and the page comes", async ({ read }) => {
  const metrics = quiet();
  metrics.add({ name: "shaperail_job_queue_depth", help: "Jobs that wait.", timeoutMs: 20, read });
  const text = await page(metrics);
  expect(text).not.toContain("\nshaperail_job_queue_depth");
  expect(text).toContain('shaperail_errors_total{error_type="job_queue_depth"} 1\n');
  expect(text).toContain("shaperail_http_requests_total");
});

test.each([
  { what: "a name that is there", name: "shaperail_outbox_depth" },
  { what: "a name Prometheus refuses", name: "outbox-depth" },
])("$what is a TypeError", ({ name }) => {
  const metrics = quiet();
  metrics.add({ name: "shaperail_outbox_depth", help: "x", read: () => 1 });
  expect(() => metrics.add({ name, help: "x", read: () => 1 })).toThrow(TypeError);
});

test("what prom-client knows about the process is on the page, and no gauge is named like a counter", async () => {
  const text = await page(createMetrics());
  for (const name of [
    "process_resident_memory_bytes",
    "process_cpu_user_seconds_total",
    "nodejs_eventloop_lag_p99_seconds",
    "nodejs_gc_duration_seconds",
    "nodejs_active_resources",
  ]) {
    expect(text).toContain(`# TYPE ${name} `);
  }
  expect(text).not.toMatch(/# TYPE \w+_total gauge/);
});

test.each([
  { accept: undefined, type: "text/plain; version=0.0.4; charset=utf-8" },
  { accept: "*/*", type: "text/plain; version=0.0.4; charset=utf-8" },
  { accept: "text/plain, application/openmetrics-text;q=0.5", type: "text/plain; version=0.0.4; charset=utf-8" },
  { accept: "application/openmetrics-text;q=0", type: "text/plain; version=0.0.4; charset=utf-8" },
  {
    accept: "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    type: "application/openmetrics-text; version=1.0.0; charset=utf-8",
  },
])("to Accept: $accept the page is $type", async ({ accept, type }) => {
  expect((await quiet().render(accept)).contentType).toBe(type);
});

test("OpenMetrics has the trace of a request in its bucket, names counters without _total, and says where it ends", async () => {
  const metrics = quiet();
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  metrics.observeRequest({ method: "GET", path: "/x", status: 200, durationMs: 30, traceId });
  const text = await page(metrics, "application/openmetrics-text");
  expect(text).toMatch(
    new RegExp(`{method="GET",path="/x",le="0.05"} 1 # {trace_id="${traceId}"} 0\\.03 \\d+\\.\\d{3}\\n`),
  );
  expect(text).toContain("# TYPE shaperail_http_requests counter\n");
  expect(text).toContain('shaperail_http_requests_total{method="GET",path="/x",status="200"} 1\n');
  expect(text.endsWith("\n# EOF\n")).toBe(true);
  expect(await page(metrics)).not.toContain(traceId);
});
