import type { ServerResponse } from "node:http";
import type { Coding } from "./accept-encoding.ts";
import type { Answer } from "./answer.ts";
import { codingOf } from "./coding.ts";
import type { Exchange } from "./exchange.ts";
import { errorEnvelope, toHttpError } from "./envelope.ts";
import { type BodyHead, isBodiless, writeHead } from "./write-head.ts";

const JSON_TYPE = "application/json; charset=utf-8";

// How long a client that is still uploading gets to read its refusal. Closing at once makes the kernel send a reset,
// which can destroy the answer on its way.
const LINGER_MS = 500;

// Up to here copying bytes costs less than a second piece for the system to write.
const LARGEST_JOINED_BYTES = 16_384;

// Answers whose body is being compressed: they are given, though nothing is written yet.
const compressing = new WeakSet<ServerResponse>();

/**
 * Writes a complete response in one go, with the headers every response carries; compressed when the client asks for
 * it and it is worthwhile.
 *
 * Does nothing when there is an answer already or the client is gone, so a late answer is harmless.
 */
export function send(exchange: Exchange, answer: Answer): void {
  const { request, response, compressor } = exchange;
  if (response.headersSent || response.destroyed || compressing.has(response)) return;
  const { status, body } = answer;
  if (body === undefined || isBodiless(status)) {
    write(exchange, answer);
    return;
  }
  const size = Buffer.byteLength(body);
  const isLarge = compressor !== undefined && size >= compressor.minBytes;
  const coding = isLarge ? codingOf(request, answer) : undefined;
  // HEAD has the headers of GET without the work, and so without the length.
  if (coding === "br" || coding === "gzip") {
    if (request.method === "HEAD") {
      write(exchange, answer, { coding });
      return;
    }
    const packed = compressor?.compress(body, { size, coding });
    if (packed !== undefined) {
      void writePacked(exchange, answer, { packed, size, coding });
      return;
    }
  }
  write(exchange, answer, { size, coding: coding && "identity" });
}

interface Packing {
  readonly packed: Promise<Buffer | undefined>;
  readonly size: number;
  readonly coding: Coding;
}

async function writePacked(exchange: Exchange, answer: Answer, { packed, size, coding }: Packing): Promise<void> {
  const { response } = exchange;
  compressing.add(response);
  const body = await packed;
  compressing.delete(response);
  if (response.headersSent || response.destroyed) return;
  try {
    if (body === undefined) write(exchange, answer, { size, coding: "identity" });
    else write(exchange, { ...answer, body }, { size: body.length, coding });
  } catch (error) {
    sendError(exchange, error);
  }
}

/**
 * Answers with JSON text that is ready to be sent: `Content-Type: application/json; charset=utf-8`, the length in
 * bytes, and no body for `HEAD`, 204 and 304.
 */
// oxlint-disable-next-line max-params -- the one call every handler makes; an options object per response buys nothing
export function sendJson(
  exchange: Exchange,
  status: number,
  body: string,
  headers?: Readonly<Record<string, string>>,
): void {
  send(exchange, { status, contentType: JSON_TYPE, body, headers });
}

/**
 * Answers with the error envelope. Anything but an `HttpError` is a 500 with a generic text and goes to the log.
 *
 * When the response has begun already it cannot be repaired: the connection is cut, so that the client does not take
 * the half for the whole.
 */
export function sendError(exchange: Exchange, thrown: unknown): void {
  const { request, response, logger } = exchange;
  const error = toHttpError(thrown);
  if (response.destroyed || request.socket.destroyed) return;
  if (error.status >= 500) {
    const fields = { request_id: exchange.requestId, method: request.method, path: exchange.route.path };
    logger.error(`${error.code}: the request failed.`, { ...fields, error: error.cause ?? error });
  }
  if (response.writableEnded || compressing.has(response)) return;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, headers } = error;
  const answer = { status, contentType: JSON_TYPE, body: errorEnvelope(error, exchange.requestId), headers };
  if (headers?.["Connection"] === "close" && !request.complete && request.method !== "HEAD") {
    sendAndLinger(exchange, answer);
  } else {
    send(exchange, answer);
  }
}

// The complete answer goes out now; the response is only ended, and with it the connection, when the client stopped
// sending or the time is up.
function sendAndLinger(exchange: Exchange, answer: Answer & { readonly body: string }): void {
  const { request, response } = exchange;
  writeHead(exchange, answer, { size: Buffer.byteLength(answer.body) });
  response.write(answer.body);
  const finish = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(finish, LINGER_MS);
  request.once("end", finish).once("error", finish).once("close", finish);
  request.resume();
}

function write(exchange: Exchange, answer: Answer, head: BodyHead = {}): void {
  const { request, response } = exchange;
  const { status, body } = answer;
  writeHead(exchange, answer, head);
  if (body === undefined || isBodiless(status) || request.method === "HEAD") response.end();
  else if (typeof body === "string" || body.length > LARGEST_JOINED_BYTES) response.end(body);
  // One character per byte: node puts text, and only text, into one piece with the headers.
  else response.end(Buffer.from(body.buffer, body.byteOffset, body.length).toString("latin1"), "latin1");
}
