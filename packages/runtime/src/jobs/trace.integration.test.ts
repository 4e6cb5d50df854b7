import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { type ReceivedSpan, receiveOverGrpc, receiveOverHttp } from "@shaperail/test-services/otlp";
import { expect, onTestFinished, test } from "vitest";
import { startProject } from "../running-project.test-kit.ts";
import { eventually, jobServices, jobsProject, NOTES } from "./jobs-project.test-kit.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const CALLER = "b7ad6b7169203331";
const EMAIL = "canary-trace@example.org";

async function startReceiver(): Promise<{ readonly url: string; readonly received: readonly IncomingHttpHeaders[] }> {
  const received: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    received.push(request.headers);
    request.resume().on("end", () => response.end());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received };
}

test.each([
  { protocol: "grpc", receive: receiveOverGrpc },
  { protocol: "http/protobuf", receive: receiveOverHttp },
])(
  "over $protocol a create, its job and its webhook arrive as one tree, which the receiver can join",
  async ({ protocol, receive }) => {
    await using collector = await receive();
    const receiver = await startReceiver();
    const services = await jobServices("redis");
    const config = `events:
  subscribers: [{ event: notes.created, targets: [{ type: webhook, url: "${receiver.url}" }] }]
  webhooks: { allow: ["127.0.0.1"], allow_http: true }
cache: { type: redis, url: "\${REDIS_URL}" }`;
    const notes = NOTES.replace("list: { auth: public }", "list: { auth: public, cache: { ttl: 60 } }");
    const app = await startProject(jobsProject({ config, notes }), {
      ...services.env,
      WEBHOOK_SECRET: "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZg",
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_SERVICE_NAME: "notes-api",
    });
    const headers = { traceparent: `00-${TRACE}-${CALLER}-01`, "x-request-id": "r-traced" };
    const created = await app.call("/v1/notes", { method: "POST", body: { title: "one", email: EMAIL }, headers });
    expect(created.status).toBe(201);
    await app.call("/v1/notes", { headers });
    await eventually(
      () => receiver.received.length,
      (count) => count === 1,
    );
    const noted = (): readonly Record<string, unknown>[] =>
      app.lines.filter(({ message }) => message === "noting down");
    await eventually(noted, ({ length }) => length === 1);
    await app.runtime.close();

    const spans = collector.spans.filter(({ traceId }) => traceId === TRACE);
    const all = (name: string): readonly ReceivedSpan[] => spans.filter((span) => span.name === name);
    const one = (name: string, attributes: Readonly<Record<string, unknown>> = {}): ReceivedSpan => {
      const found = all(name).find((span) =>
        Object.entries(attributes).every(([key, value]) => span.attributes[key] === value),
      );
      if (found === undefined) throw new Error(`no ${name} among ${spans.map((span) => span.name).join(", ")}`);
      return found;
    };
    const post = one("POST /v1/notes");
    const list = one("GET /v1/notes");
    expect([post, list]).toMatchObject([
      { parentId: CALLER, kind: 2 },
      { parentId: CALLER, kind: 2 },
    ]);
    expect(post.resource).toMatchObject({ "service.name": "notes-api" });
    expect(
      all("db.query")
        .filter(({ parentId }) => parentId === post.spanId)
        .map(({ attributes }) => attributes["db.operation"]),
    ).toContain("INSERT");
    expect(all("cache.op").some(({ parentId }) => parentId === list.spanId)).toBe(true);
    const job = one("job.execute", { "job.name": "note_down" });
    expect(job).toMatchObject({ parentId: post.spanId, kind: 5, attributes: { "job.id": expect.any(String) } });
    expect(all("db.query").some(({ parentId }) => parentId === job.spanId)).toBe(true);
    const delivery = one("webhook.deliver");
    expect(delivery).toMatchObject({
      kind: 3,
      attributes: { "server.address": "127.0.0.1", "http.response.status_code": 200 },
    });
    expect(receiver.received[0]).toMatchObject({ traceparent: `00-${TRACE}-${delivery.spanId}-01` });
    expect(receiver.received[0]).not.toHaveProperty("request_id");
    // Every span leads up to the request, whatever is in between.
    const parents = new Map(spans.map(({ spanId, parentId }) => [spanId, parentId]));
    const rootOf = (id: string): string => {
      const parent = parents.get(id);
      return parent === undefined || parent === CALLER ? id : rootOf(parent);
    };
    expect(new Set(spans.map(({ spanId }) => rootOf(spanId)))).toEqual(new Set([post.spanId, list.spanId]));
    expect(rootOf(delivery.spanId)).toBe(post.spanId);
    expect(noted()).toMatchObject([{ trace_id: TRACE, span_id: job.spanId, request_id: "r-traced" }]);
    expect(collector.bytes()).not.toContain(EMAIL);
  },
);
