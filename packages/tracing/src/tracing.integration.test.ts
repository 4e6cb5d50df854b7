import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { trace } from "@opentelemetry/api";
import { freePort } from "@shaperail/test-services";
import { noopLogger, ShaperailError, type Logger } from "@shaperail/core";
import express from "express";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createTracing, type RequestSpan, type TracedRequest, type Tracing, type TracingOptions } from "./index.ts";
import { receiveOverGrpc, receiveOverHttp, type ReceivedSpan } from "@shaperail/test-services/otlp";

const PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const get: TracedRequest = { method: "GET", url: "/v1/posts/7?token=canary-query", headers: {}, requestId: "r-1" };

async function start(options: TracingOptions): Promise<Tracing> {
  const tracing = await createTracing({ exportIntervalMs: 20, ...options });
  onTestFinished(() => tracing.close());
  return tracing;
}

function startRequest(tracing: Tracing, request: TracedRequest = get): RequestSpan {
  const span = tracing.startRequest?.(request);
  if (span === undefined) throw new Error("nothing is recorded");
  return span;
}

const named = (spans: readonly ReceivedSpan[], name: string): ReceivedSpan => {
  const span = spans.find((one) => one.name === name);
  if (span === undefined) throw new Error(`no span is called ${name}`);
  return span;
};

const query = {
  "db.connection": "default",
  "db.query.summary": "posts.get",
  "db.statement": 'SELECT "id" FROM "posts" WHERE id = $1',
};

describe.each([
  { protocol: "grpc", receive: receiveOverGrpc },
  { protocol: "http/protobuf", receive: receiveOverHttp },
] as const)("over $protocol", ({ protocol, receive }) => {
  test("a request, its queries and the job it leaves behind arrive as one tree", async () => {
    await using receiver = await receive();
    const tracing = await start({ endpoint: receiver.url, protocol, serviceName: "orders", serviceVersion: "1.2.3" });
    const { observer } = tracing;
    const request = startRequest(tracing, { ...get, headers: { traceparent: PARENT } });
    const carrier: Record<string, string> = {};
    await request.run(async () => {
      await sleep(1);
      await observer.observe("work", {}, async () => {
        await sleep(1);
        await observer.observe("db.query", query, async () => sleep(1));
        observer.inject(carrier);
      });
    });
    request.end({ status: 201, route: "/v1/posts/:id" });
    const job = { "job.name": "mail", "job.id": "42" };
    await observer.extract(carrier, () => observer.observe("job.execute", job, async () => undefined));

    const spans = await receiver.waitFor(["GET /v1/posts/:id", "work", "db.query", "job.execute"]);
    const server = named(spans, "GET /v1/posts/:id");
    const work = named(spans, "work");
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set(["0af7651916cd43dd8448eb211c80319c"]));
    expect(server).toMatchObject({ parentId: "b7ad6b7169203331", kind: 2, spanId: request.spanId });
    expect(work).toMatchObject({ parentId: server.spanId, kind: 1 });
    expect(named(spans, "db.query")).toMatchObject({ parentId: work.spanId, kind: 3 });
    expect(named(spans, "job.execute")).toMatchObject({ parentId: work.spanId, kind: 5, attributes: job });
    expect(server.resource).toMatchObject({ "service.name": "orders", "service.version": "1.2.3" });
  });

  test("headers for the collector come from OpenTelemetry's own variable", async () => {
    vi.stubEnv("OTEL_EXPORTER_OTLP_HEADERS", "x-collector-key=abc");
    onTestFinished(() => void vi.unstubAllEnvs());
    await using receiver = await receive();
    const tracing = await start({ endpoint: receiver.url, protocol });
    startRequest(tracing).end({ status: 200, route: "/x" });
    await tracing.close();
    expect(receiver.headers()).toMatchObject({ "x-collector-key": "abc" });
  });

  test("close sends what is left", async () => {
    await using receiver = await receive();
    const tracing = await start({ endpoint: receiver.url, protocol, exportIntervalMs: 60_000 });
    startRequest(tracing).end({ status: 200, route: "/v1/posts/:id" });
    await tracing.close();
    expect(receiver.spans.map(({ name }) => name)).toEqual(["GET /v1/posts/:id"]);
  });
});

test("attributes are OpenTelemetry's and the guide's, without the query string and the values of a statement", async () => {
  await using receiver = await receiveOverHttp();
  const tracing = await start({ endpoint: `${receiver.url}/v1/traces` });
  const request = startRequest(tracing);
  const failed = request.run(() =>
    tracing.observer.observe("db.query", query, () =>
      Promise.reject(new ShaperailError('"canary-value" is taken', { code: "DB_UNIQUE_VIOLATION" })),
    ),
  );
  await expect(failed).rejects.toThrow("is taken");
  await tracing.observer.observe("cache.op", { "cache.operation": "get" }, async (report) =>
    report({ "cache.result": "hit" }),
  );
  request.end({ status: 503, route: "/v1/posts/:id" });
  await tracing.close();
  expect(named(receiver.spans, "GET /v1/posts/:id")).toMatchObject({
    statusCode: 2,
    attributes: {
      "http.request.method": "GET",
      "http.route": "/v1/posts/:id",
      "http.response.status_code": 503,
      "url.path": "/v1/posts/7",
      "error.type": "503",
      "shaperail.request_id": "r-1",
    },
  });
  expect(named(receiver.spans, "db.query")).toMatchObject({
    statusCode: 2,
    attributes: {
      "db.system.name": "postgresql",
      "db.operation": "SELECT",
      "db.operation.name": "SELECT",
      "db.table": "posts",
      "db.collection.name": "posts",
      "db.statement": query["db.statement"],
      "db.query.text": query["db.statement"],
      "db.query.summary": "posts.get",
      "error.type": "DB_UNIQUE_VIOLATION",
    },
  });
  expect(named(receiver.spans, "cache.op").attributes).toEqual({ "cache.operation": "get", "cache.result": "hit" });
  expect(receiver.bytes()).not.toContain("canary");
});

test.each([
  { end: { status: 404, route: undefined }, name: "GET", statusCode: 0 },
  { end: { status: 422, route: "/v1/posts" }, name: "GET /v1/posts", statusCode: 0 },
  { end: { status: 500, route: "/v1/posts" }, name: "GET /v1/posts", statusCode: 2 },
])("a request that ended with $end is the span $name of status $statusCode", async ({ end, name, statusCode }) => {
  await using receiver = await receiveOverHttp();
  const tracing = await start({ endpoint: receiver.url, protocol: "http/protobuf" });
  startRequest(tracing).end(end);
  await tracing.close();
  expect(named(receiver.spans, name)).toMatchObject({ statusCode });
});

test("a method that somebody made up names no span", async () => {
  await using receiver = await receiveOverHttp();
  const tracing = await start({ endpoint: receiver.url, protocol: "http/protobuf" });
  startRequest(tracing, { ...get, method: "MADEUP" }).end({ status: 405, route: "/v1/posts" });
  await tracing.close();
  expect(named(receiver.spans, "HTTP /v1/posts").attributes).toMatchObject({ "http.request.method": "_OTHER" });
});

test.each([
  { sampler: "always_off", ratio: 1, caller: undefined, sampled: false },
  { sampler: "traceidratio", ratio: 0, caller: undefined, sampled: false },
  { sampler: "parentbased_traceidratio", ratio: 0, caller: PARENT, sampled: true },
  { sampler: "parentbased_always_on", ratio: 1, caller: PARENT.replace(/01$/, "00"), sampled: false },
  { sampler: "parentbased_always_off", ratio: 1, caller: undefined, sampled: false },
  { sampler: "always_on", ratio: 1, caller: PARENT.replace(/01$/, "00"), sampled: true },
] as const)(
  "$sampler with ratio $ratio records a request of $caller: $sampled",
  async ({ sampler, ratio, caller, sampled }) => {
    await using receiver = await receiveOverHttp();
    const tracing = await start({ endpoint: receiver.url, protocol: "http/protobuf", sampler, samplerRatio: ratio });
    const headers = caller === undefined ? {} : { traceparent: caller };
    const request = startRequest(tracing, { ...get, headers });
    request.end({ status: 200, route: "/x" });
    await tracing.close();
    expect(request).toMatchObject({ sampled, traceId: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(receiver.spans).toHaveLength(sampled ? 1 : 0);
  },
);

test("facts about the instance are sent with every span", async () => {
  await using receiver = await receiveOverHttp();
  const resourceAttributes = "deployment.environment.name=staging, team=blue%20team,nonsense,service.name=ignored";
  const tracing = await start({ endpoint: receiver.url, protocol: "http/protobuf", resourceAttributes });
  startRequest(tracing).end({ status: 200, route: "/x" });
  await tracing.close();
  expect(receiver.spans[0]?.resource).toMatchObject({
    "deployment.environment.name": "staging",
    team: "blue team",
    "service.name": "shaperail",
  });
});

test("with `global`, spans of other code are parts of the same trace", async () => {
  await using receiver = await receiveOverHttp();
  const tracing = await start({ endpoint: receiver.url, protocol: "http/protobuf", global: true });
  const request = startRequest(tracing);
  request.run(() => trace.getTracer("mine").startSpan("by hand").end());
  request.end({ status: 200, route: "/x" });
  await tracing.close();
  expect(named(receiver.spans, "by hand").parentId).toBe(request.spanId);
  expect(trace.getTracer("mine").startSpan("after").isRecording()).toBe(false);
});

test("in an Express application a request is one span, named by its route, and what it does is below", async () => {
  await using receiver = await receiveOverHttp();
  const tracing = await start({ endpoint: receiver.url, protocol: "http/protobuf" });
  const users = express.Router().get("/:id", async (_request, response) => {
    await tracing.observer.observe("db.query", query, async () => sleep(1));
    response.send("a user");
  });
  const server = createHttpServer(express().use(tracing.watch).use("/users", users)).listen(0);
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await (await fetch(`http://127.0.0.1:${port}/users/7?token=canary`)).text();
  const spans = await receiver.waitFor(["GET /users/:id", "db.query"]);
  expect(named(spans, "db.query").parentId).toBe(named(spans, "GET /users/:id").spanId);
  expect(named(spans, "GET /users/:id").attributes).toMatchObject({
    "url.path": "/users/7",
    "http.route": "/users/:id",
  });
});

/** A logger whose warnings are collected. */
function collecting(warnings: string[]): Logger {
  const logger: Logger = { ...noopLogger, warn: (message) => void warnings.push(message), child: () => logger };
  return logger;
}

/** A collector that accepts connections and never says a word. */
async function silentCollector(): Promise<string> {
  const server = createServer(() => undefined).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

describe.each(["grpc", "http/protobuf"] as const)("over %s", (protocol) => {
  test.each([
    { state: "is not there", endpoint: async () => `http://127.0.0.1:${await freePort()}` },
    { state: "never answers", endpoint: silentCollector },
  ])("a collector that $state holds up nothing, and closing is over in time", async ({ endpoint }) => {
    const warnings: string[] = [];
    const tracing = await start({
      endpoint: await endpoint(),
      protocol,
      maxWaitingSpans: 100,
      flushTimeoutMs: 200,
      logger: collecting(warnings),
    });
    for (let n = 0; n < 5_000; n += 1) {
      const request = startRequest(tracing);
      await request.run(() => tracing.observer.observe("db.query", query, async () => n));
      request.end({ status: 200, route: "/x" });
    }
    const startedAt = performance.now();
    await tracing.close();
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(warnings).not.toEqual([]);
  });
});
