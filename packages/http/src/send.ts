import type { Exchange } from "./exchange.ts";
import { errorEnvelope, toHttpError } from "./envelope.ts";

const JSON_TYPE = "application/json; charset=utf-8";

// How long a client that is still uploading gets to read its refusal. Closing at once makes the kernel send a reset,
// which can destroy the answer on its way.
const LINGER_MS = 500;

/** What {@link send} writes. */
export interface Answer {
  readonly status: number;
  /** Media type of the body, such as `text/plain; charset=utf-8`. */
  readonly contentType?: string;
  /** The complete body. Left out for `HEAD`, 204 and 304, whatever is given. */
  readonly body?: string | Uint8Array;
  /** Further headers; one that every response carries is replaced. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Writes a complete response in one go, with the headers every response carries.
 *
 * Does nothing when the response has begun already or the client is gone, so a late answer is harmless.
 */
export function send(exchange: Exchange, { status, contentType, body, headers }: Answer): void {
  const { request, response } = exchange;
  if (response.headersSent || response.destroyed) return;
  writeHead(exchange, { status, contentType, body, headers });
  if (body === undefined || isBodiless(status) || request.method === "HEAD") response.end();
  else response.end(body);
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
  if (response.writableEnded) return;
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
function sendAndLinger(exchange: Exchange, answer: Answer): void {
  const { request, response } = exchange;
  writeHead(exchange, answer);
  response.write(answer.body);
  const finish = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(finish, LINGER_MS);
  request.once("end", finish).once("error", finish).once("close", finish);
  request.resume();
}

function writeHead(exchange: Exchange, { status, contentType, body, headers }: Answer): void {
  const list = headers === undefined ? exchange.baseHeaders.slice() : mergeHeaders(exchange.baseHeaders, headers);
  list.push("X-Request-Id", exchange.requestId);
  if (body !== undefined && !isBodiless(status)) {
    if (contentType !== undefined) list.push("Content-Type", contentType);
    list.push("Content-Length", String(Buffer.byteLength(body)));
  }
  // A list, not an object: node writes it as it is, at half the cost of setHeader per name.
  exchange.response.writeHead(status, list);
}

function isBodiless(status: number): boolean {
  return status === 204 || status === 304;
}

function mergeHeaders(base: readonly string[], own: Readonly<Record<string, string>>): string[] {
  const names = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  const merged: string[] = [];
  for (let index = 0; index < base.length; index += 2) {
    const name = base[index] ?? "";
    if (!names.has(name.toLowerCase())) merged.push(name, base[index + 1] ?? "");
  }
  for (const [name, value] of Object.entries(own)) merged.push(name, value);
  return merged;
}
