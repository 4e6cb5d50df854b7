import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type Closeable, closeable, type Logger, noopLogger } from "@shaperail/core";
import { type ClientError, connectRefused, rawResponse, toClientHttpError } from "./client-error.ts";
import { closeAfterPending, type Connection, createConnections, type Pending } from "./connections.ts";
import { drain, type DrainOptions, type DrainOutcome } from "./drain.ts";
import { type HttpError, HttpServerError } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import { listen } from "./listen.ts";
import { http } from "./node-http.ts";
import { sendError } from "./send.ts";
import { sweep } from "./sweep.ts";

// How long a client whose bytes were refused gets to read why.
const LINGER_MS = 500;

/** What {@link createHttpServer} needs. Every limit has a default that suits a service behind a load balancer. */
export interface HttpServerOptions extends DrainOptions {
  /** Answers a request; `handle` of `createHttpApp`. The exchange it returns names the request in the log. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Exchange | void;
  /** Port to listen on; `0` takes a free one, which {@link HttpServer.listen} returns. */
  readonly port: number;
  /**
   * Address to listen on.
   * @default "0.0.0.0"
   */
  readonly host?: string;
  /** @default noopLogger */
  readonly logger?: Logger;
  /**
   * Longest time for the headers of a request to arrive, in milliseconds; then 408. At most `requestTimeoutMs`.
   * @default 10_000, or `requestTimeoutMs` when that is less
   */
  readonly headersTimeoutMs?: number;
  /**
   * Longest time for a whole request to arrive, in milliseconds; then 408.
   * @default 30_000
   */
  readonly requestTimeoutMs?: number;
  /**
   * Longest time a handler may take to begin its response, in milliseconds; then 503. `0` means no limit.
   * @default 60_000
   */
  readonly answerTimeoutMs?: number;
  /**
   * Longest time a client may take to receive a complete response, in milliseconds; then the connection is cut.
   * @default 30_000
   */
  readonly sendTimeoutMs?: number;
  /**
   * How long a connection may wait for its next request, in milliseconds. Longer than the load balancer's own time
   * (60 s is usual), or it sends a request into a connection that is just being closed.
   * @default 72_000
   */
  readonly keepAliveTimeoutMs?: number;
  /**
   * How often the times above are checked, in milliseconds; they are exact to this much.
   * @default 1_000
   */
  readonly checkIntervalMs?: number;
  /**
   * Largest header section, in bytes, the URL included; then 431, or 414 when the URL alone is larger.
   * @default 16_384
   */
  readonly maxHeaderBytes?: number;
  /**
   * Most connections at a time; further ones are closed at once.
   * @default no limit
   */
  readonly maxConnections?: number;
  /**
   * Most requests on one connection before it is closed; `0` means no limit.
   * @default 0
   */
  readonly maxRequestsPerSocket?: number;
}

/** A server that stops without losing a request. `close()` drains with the options it was created with. */
export interface HttpServer extends Closeable {
  /**
   * Starts listening; twice is once.
   * @throws HttpServerError `HTTP_PORT_IN_USE`, `HTTP_PORT_FORBIDDEN`, `HTTP_HOST_UNAVAILABLE`, `HTTP_SERVER_CLOSED`
   * or `HTTP_LISTEN_FAILED`.
   */
  listen(): Promise<{ readonly port: number }>;
  /** Finishes and closes. The first call decides how long it may take; every caller gets the same outcome. */
  drain(options?: DrainOptions): Promise<DrainOutcome>;
}

/** Builds a server around a request handler. Nothing is opened before `listen()`. */
export function createHttpServer({
  handle,
  port,
  host = "0.0.0.0",
  logger = noopLogger,
  requestTimeoutMs = 30_000,
  headersTimeoutMs = Math.min(10_000, requestTimeoutMs),
  answerTimeoutMs = 60_000,
  sendTimeoutMs = 30_000,
  keepAliveTimeoutMs = 72_000,
  checkIntervalMs = 1_000,
  maxHeaderBytes = 16_384,
  maxConnections,
  maxRequestsPerSocket = 0,
  drainDelayMs = 0,
  graceMs = 25_000,
}: HttpServerOptions): HttpServer {
  const connections = createConnections();
  let phase: "serving" | "leaving" | "stopped" = "serving";

  const server = http.createServer({
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    connectionsCheckingInterval: checkIntervalMs,
    maxHeaderSize: maxHeaderBytes,
    // node would answer with an empty 400; the application answers with the envelope.
    requireHostHeader: false,
  });
  // The size is limited already; a limit on the number drops headers without a word.
  server.maxHeadersCount = 0;
  if (maxConnections !== undefined) server.maxConnections = maxConnections;

  const onEnd = (connection: Connection, entry: Pending): void => {
    connection.pending.splice(connection.pending.indexOf(entry), 1);
    if (connection.pending.length > 0) return;
    connection.quietAtBytes = connection.socket.bytesRead;
    if (connection.closing || phase === "stopped") connection.socket.destroySoon();
  };

  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const connection = connections.of(request.socket);
    // Its client was told that nothing after the response before is answered, so it knows to send this again elsewhere.
    if (connection.closing) return;
    const startedAt = performance.now();
    const entry: Pending = { request, response, startedAt, exchange: undefined, stuckSince: undefined };
    connection.pending.push(entry);
    response.on("close", () => onEnd(connection, entry));
    connection.requests += 1;
    if (phase !== "serving" || connection.requests === maxRequestsPerSocket) closeAfterPending(connection);
    entry.exchange = handle(request, response) ?? undefined;
  };

  server.on("connection", (socket: Socket) => void connections.of(socket));
  server.on("request", onRequest);
  // node would answer 417 without a body; the application knows better.
  server.on("checkExpectation", onRequest);
  // Without a listener node hangs up without a word. Other upgrades are ignored, as HTTP allows: Java's client asks for
  // h2c in every first request and is content with an ordinary answer.
  server.on("connect", (_request: IncomingMessage, socket) => {
    // node has let go of the socket, and an error that nobody listens to ends the process.
    socket.on("error", () => socket.destroy());
    sayNo(connections.of(socket as Socket), connectRefused());
  });
  server.on("clientError", (error: ClientError, socket) => refuse(error, connections.of(socket as Socket)));

  let listening: Promise<{ readonly port: number }> | undefined;
  let checks: NodeJS.Timeout | undefined;
  const start = async (): Promise<{ readonly port: number }> => {
    const address = await listen(server, { port, host });
    server.on("error", (error) => logger.error("the server reported an error", { error }));
    checks = setInterval(() => sweep(connections, { answerTimeoutMs, sendTimeoutMs }), checkIntervalMs).unref();
    return address;
  };

  let drained: Promise<DrainOutcome> | undefined;
  const stop = async (options: DrainOptions): Promise<DrainOutcome> => {
    phase = "leaving";
    if (!server.listening) await listening?.catch(() => undefined);
    if (!server.listening) return { cut: [] };
    const onStopped = (): void => {
      phase = "stopped";
    };
    try {
      return await drain({ server, connections, logger, onStopped }, options);
    } finally {
      clearInterval(checks);
    }
  };
  const drainOnce = (options: DrainOptions = {}): Promise<DrainOutcome> =>
    (drained ??= stop({
      drainDelayMs: options.drainDelayMs ?? drainDelayMs,
      graceMs: options.graceMs ?? graceMs,
    }));

  return {
    listen() {
      if (drained !== undefined) return Promise.reject(closedBefore());
      return (listening ??= start());
    },
    drain: drainOnce,
    ...closeable(async () => void (await drainOnce())),
  };
}

// The client sent bytes that are not a request, or took too long over one.
function refuse(error: ClientError, connection: Connection): void {
  const { socket, pending } = connection;
  const left = error.code === "ECONNRESET" || error.code === "EPIPE" || !socket.writable;
  if (left || (error.code === "HPE_INVALID_EOF_STATE" && pending.length > 0)) {
    socket.destroy();
    return;
  }
  const last = pending.at(-1);
  if (last?.exchange !== undefined && !last.request.complete) {
    connection.closing = true;
    sendError(last.exchange, toClientHttpError(error));
  } else {
    sayNo(connection, toClientHttpError(error));
  }
}

// Answers what never became a request, and closes the connection.
function sayNo(connection: Connection, error: HttpError): void {
  const { socket, pending, closing } = connection;
  if (pending.at(-1)?.request.complete === true) {
    // It stands behind a good request: that one is still answered, as the last.
    closeAfterPending(connection);
    connection.closing = true;
  } else if (!closing) {
    connection.closing = true;
    socket.end(rawResponse(error));
    // Closed at once, the kernel would answer further bytes with a reset, which can destroy the refusal on its way.
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  }
}

function closedBefore(): HttpServerError {
  return new HttpServerError("The server was closed before it listened.", {
    code: "HTTP_SERVER_CLOSED",
    hint: "Create a new server.",
  });
}
