import { createServer, type IncomingMessage } from "node:http";
import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import { createTestDatabase } from "@shaperail/test-services";
import { expect, onTestFinished, test } from "vitest";
import { bearer, NOTE, startAccess, tokenOf } from "./access/access-project.test-kit.ts";
import { execute, resource, startProject, titled } from "./running-project.test-kit.ts";

const CONFIG = "project: watched\nlogging: { slow_query_ms: 0 }\n";

async function databaseUrl(): Promise<string> {
  const { url, close } = await createTestDatabase();
  onTestFinished(close);
  await execute(url, [titled("posts")]);
  return url;
}

const files = { "shaperail.config.yaml": CONFIG, "resources/posts.yaml": resource("posts") };

test("the page of metrics has the guide's families, with what was asked counted by template", async () => {
  const { call, runtime } = await startProject(files, { DATABASE_URL: await databaseUrl() });
  const { url } = await runtime.start();
  await call("/v1/posts", { method: "POST", body: { title: "one" } });
  await call("/v1/posts?filter[title]=one");
  await call("/v1/posts", { method: "POST", body: {} });
  for (let n = 0; n < 50; n += 1) await call(`/random/${n}`);
  const answer = await fetch(`${url}/metrics`);
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const page = (await answer.text()).split("\n");
  for (const line of [
    'shaperail_http_requests_total{method="POST",path="/v1/posts",status="201"} 1',
    'shaperail_http_requests_total{method="POST",path="/v1/posts",status="422"} 1',
    'shaperail_http_requests_total{method="POST",path="/v1/posts",status="500"} 0',
    'shaperail_http_requests_total{method="GET",path="/v1/posts",status="200"} 1',
    'shaperail_http_requests_total{method="GET",path="unmatched",status="404"} 50',
    'shaperail_errors_total{error_type="http_422"} 1',
    "shaperail_db_pool_size 0",
    'shaperail_db_pool_max{database="default"} 20',
    "shaperail_job_queue_depth 0",
  ]) {
    expect(page).toContain(line);
  }
  expect(
    page.some((line) =>
      /^shaperail_db_query_duration_seconds_count\{database="default",outcome="ok"\} [1-9]/.test(line),
    ),
  ).toBe(true);
});

test("10,000 requests for paths that nobody has, by any method, leave the page as long as it was", async () => {
  const { runtime } = await startProject(files, { DATABASE_URL: await databaseUrl() });
  const { port, url } = await runtime.start();
  const series = async (): Promise<number> => {
    const page = await (await fetch(`${url}/metrics`)).text();
    return page.split("\n").filter((line) => line.startsWith("shaperail_")).length;
  };
  const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND", "SEARCH", "LOCK"];
  const ask = async (count: number): Promise<void> => {
    const socket = connect(port, "127.0.0.1");
    let received = "";
    const answers = (): number => received.split("HTTP/1.1 404").length - 1;
    socket.setEncoding("latin1").on("data", (text: string) => (received += text));
    for (let n = 0; n < count; n += 1) {
      const method = methods[n % methods.length];
      socket.write(`${method} /${Math.random()}/${n} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`);
      if (n % 100 < 99) continue;
      await expect.poll(answers, { timeout: 20_000, interval: 5 }).toBe(100);
      received = "";
    }
    socket.destroy();
  };
  await ask(100);
  // The page itself is a route as well.
  await series();
  const before = await series();
  await ask(10_000);
  expect(await series()).toBe(before);
});

test("the line of a request has the guide's fields and more, and its slow queries carry its id", async () => {
  const { call, lines } = await startProject(files, { DATABASE_URL: await databaseUrl() });
  await call("/health");
  await call("/v1/posts?filter[title]=canary", { headers: { "x-request-id": "r-77" } });
  await expect.poll(() => lines.filter(({ request_id: id }) => id === "r-77").length).toBeGreaterThan(1);
  const own = lines.filter(({ request_id: id }) => id === "r-77");
  const access = own.find(({ target }) => target === "shaperail_runtime::handlers");
  expect(access).toEqual({
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    level: "INFO",
    request_id: "r-77",
    target: "shaperail_runtime::handlers",
    message: expect.stringMatching(/^GET \/v1\/posts 200 \d+ms$/),
    method: "GET",
    path: "/v1/posts",
    status: 200,
    duration_ms: expect.any(Number),
  });
  expect(own).toContainEqual(expect.objectContaining({ message: "Slow query detected", level: "WARN" }));
  expect(JSON.stringify(lines)).not.toContain("canary");
});

test.each([
  { caller: "ann", role: "admin", status: 404, user: "ann" },
  { caller: "bea", role: "member", status: 403, user: "bea" },
])("the line of a request of $caller, who is $role, names $user", async ({ caller, role, status, user }) => {
  const { call, lines } = await startAccess();
  const answer = await call(NOTE, { headers: bearer(await tokenOf({ sub: caller, role })) });
  expect(answer.status).toBe(status);
  const access = (): unknown => lines.find(({ target }) => target === "shaperail_runtime::handlers");
  await expect.poll(access).toMatchObject({ path: "/v1/notes/:id", status, user });
});

test("with a port for administration, metrics, documentation and readiness are there and nowhere else", async () => {
  const { call, runtime } = await startProject(files, { DATABASE_URL: await databaseUrl(), SHAPERAIL_ADMIN_PORT: "0" });
  const { adminPort } = await runtime.start();
  for (const path of ["/metrics", "/docs", "/openapi.json", "/health/ready"]) {
    expect([path, (await call(path)).status]).toEqual([path, 404]);
    expect([path, (await fetch(`http://127.0.0.1:${adminPort}${path}`)).status]).toEqual([path, 200]);
  }
  expect((await call("/health")).status).toBe(200);
  expect((await fetch(`http://127.0.0.1:${adminPort}/v1/posts`)).status).toBe(404);
});

test("while the public port drains, the one for administration says that this instance is leaving", async () => {
  const slow = { ...files, "shaperail.config.yaml": `${CONFIG}server: { drain_delay: 1s }\n` };
  const { call, runtime } = await startProject(slow, { DATABASE_URL: await databaseUrl(), SHAPERAIL_ADMIN_PORT: "0" });
  const { adminPort } = await runtime.start();
  const closing = runtime.close();
  const ready = await fetch(`http://127.0.0.1:${adminPort}/health/ready`);
  expect([ready.status, await ready.json()]).toMatchObject([503, { status: "shutting_down" }]);
  expect((await call("/v1/posts")).status).toBe(200);
  await closing;
  await expect(fetch(`http://127.0.0.1:${adminPort}/health`)).rejects.toThrow("fetch failed");
});

test("readiness asks the database at most once a second", async () => {
  const { call, lines } = await startProject(files, { DATABASE_URL: await databaseUrl() });
  const answers = await Promise.all(Array.from({ length: 200 }, () => call("/health/ready")));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  // Every statement is slow here, the one of the check too.
  expect(lines.filter(({ sql }) => sql === "select 1").length).toBeLessThanOrEqual(1);
});

/** Takes what is posted, and says nothing about it. */
async function collector(): Promise<{ readonly url: string; readonly received: readonly string[] }> {
  const received: string[] = [];
  const take = async (request: IncomingMessage): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push(Buffer.concat(chunks).toString("latin1"));
  };
  const server = createServer((request, response) => void take(request).then(() => response.end())).listen(0);
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`, received };
}

test("with a collector, spans leave before the application has closed, and lines and metrics name the trace", async () => {
  const { url: endpoint, received } = await collector();
  const env = {
    DATABASE_URL: await databaseUrl(),
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_SERVICE_NAME: "watched",
  };
  const { call, runtime, lines } = await startProject(files, env);
  const { url } = await runtime.start();
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, "x-request-id": "traced" };
  await call("/v1/posts?filter[title]=canary", { headers });
  await expect.poll(() => lines.filter(({ request_id: id }) => id === "traced").length).toBeGreaterThan(1);
  for (const line of lines.filter(({ request_id: id }) => id === "traced")) {
    expect(line).toMatchObject({ trace_id: traceId, span_id: expect.stringMatching(/^[0-9a-f]{16}$/) });
  }
  const page = await (await fetch(`${url}/metrics`, { headers: { accept: "application/openmetrics-text" } })).text();
  expect(page).toContain(`# {trace_id="${traceId}"}`);
  await runtime.close();
  const sent = received.join("");
  for (const text of ["GET /v1/posts", "db.query", "watched"]) expect(sent).toContain(text);
  expect(sent).not.toContain("canary");
});
