import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import protobuf from "protobufjs";
import { expect } from "vitest";

// The part of OTLP 1.x that is read here, after https://opentelemetry.io/docs/specs/otlp/ and its field numbers.
const PROTO = `
syntax = "proto3";
message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeSpans { repeated Span spans = 2; }
message Span {
  bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
  fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9; Status status = 15;
}
message Status { string message = 2; int32 code = 3; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }
`;

const Request = protobuf.parse(PROTO, { keepCase: true }).root.lookupType("ExportTraceServiceRequest");

type Value = string | number | boolean;

interface WireRequest {
  readonly resource_spans: readonly {
    readonly resource?: { readonly attributes?: readonly WireAttribute[] };
    readonly scope_spans?: readonly { readonly spans?: readonly WireSpan[] }[];
  }[];
}
interface WireAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, Value>>;
}
interface WireSpan {
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_span_id?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes?: readonly WireAttribute[];
  readonly status?: { readonly code?: number; readonly message?: string };
}

/** A span as the collector got it. */
export interface ReceivedSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  /** "" for a root. */
  readonly parentId: string;
  readonly attributes: Readonly<Record<string, Value>>;
  readonly resource: Readonly<Record<string, Value>>;
  /** 2 is an error. */
  readonly statusCode: number;
}

/** A collector on a port of its own. */
export interface OtlpReceiver extends AsyncDisposable {
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  /** Everything it was sent, byte by byte. */
  readonly bytes: () => string;
  /** Headers or metadata of the last request. */
  readonly headers: () => Readonly<Record<string, unknown>>;
  /** Waits for spans of these names, in any order. */
  waitFor(names: readonly string[]): Promise<readonly ReceivedSpan[]>;
}

interface Inbox {
  readonly spans: ReceivedSpan[];
  take(body: Uint8Array, headers: Readonly<Record<string, unknown>>): void;
  toReceiver(url: string, close: () => Promise<void>): OtlpReceiver;
}

const hex = (base64: string | undefined): string => Buffer.from(base64 ?? "", "base64").toString("hex");
const toRecord = (attributes: readonly WireAttribute[] = []): Record<string, Value> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0] ?? ""]));

function decode(body: Uint8Array): ReceivedSpan[] {
  const { resource_spans: groups } = Request.toObject(Request.decode(body), {
    bytes: String,
    longs: Number,
    defaults: false,
  }) as WireRequest;
  return groups.flatMap(({ resource, scope_spans: scopes = [] }) =>
    scopes.flatMap(({ spans = [] }) =>
      spans.map((span) => ({
        name: span.name,
        kind: span.kind,
        traceId: hex(span.trace_id),
        spanId: hex(span.span_id),
        parentId: hex(span.parent_span_id),
        attributes: toRecord(span.attributes),
        resource: toRecord(resource?.attributes),
        statusCode: span.status?.code ?? 0,
      })),
    ),
  );
}

function createInbox(): Inbox {
  const spans: ReceivedSpan[] = [];
  const bodies: Uint8Array[] = [];
  let lastHeaders: Readonly<Record<string, unknown>> = {};
  return {
    spans,
    take(body, headers) {
      bodies.push(body);
      lastHeaders = headers;
      spans.push(...decode(body));
    },
    toReceiver: (url, close) => ({
      url,
      spans,
      bytes: () => Buffer.concat(bodies).toString("latin1"),
      headers: () => lastHeaders,
      async waitFor(names) {
        const expected = names.toSorted();
        await expect
          .poll(() => spans.map(({ name }) => name).toSorted(), { timeout: 20_000 })
          .toEqual(expect.arrayContaining(expected));
        return spans;
      },
      [Symbol.asyncDispose]: close,
    }),
  };
}

/** A collector that speaks OTLP over gRPC. */
export async function receiveOverGrpc(): Promise<OtlpReceiver> {
  const inbox = createInbox();
  const server = new Server();
  const path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
  const asItIs = (bytes: Buffer): Buffer => bytes;
  server.addService(
    {
      export: {
        path,
        requestStream: false,
        responseStream: false,
        requestSerialize: asItIs,
        requestDeserialize: asItIs,
        responseSerialize: asItIs,
        responseDeserialize: asItIs,
      },
    },
    {
      export: (
        call: { readonly request: Buffer; readonly metadata: { getMap(): Record<string, unknown> } },
        done: (error: null, answer: Buffer) => void,
      ) => {
        inbox.take(call.request, call.metadata.getMap());
        done(null, Buffer.alloc(0));
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  return inbox.toReceiver(`http://127.0.0.1:${port}`, async () => server.forceShutdown());
}

/** A collector that speaks OTLP over HTTP, with protobuf. */
export async function receiveOverHttp(): Promise<OtlpReceiver> {
  const inbox = createInbox();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const isTraces = request.method === "POST" && request.url === "/v1/traces";
    if (isTraces) inbox.take(Buffer.concat(chunks), request.headers);
    response.writeHead(isTraces ? 200 : 404, { "Content-Type": "application/x-protobuf" }).end();
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return inbox.toReceiver(`http://127.0.0.1:${port}`, async () => {
    server.closeAllConnections();
    server.close();
  });
}
