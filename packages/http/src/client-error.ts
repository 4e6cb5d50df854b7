import { randomUUID } from "node:crypto";
import { errorEnvelope } from "./envelope.ts";
import { HttpError } from "./errors.ts";
import { http } from "./node-http.ts";

const CLOSE = Object.freeze({ Connection: "close" });
const LINE_FEED = 0x0a;

/** What `node:http` says about bytes it could not read as a request. */
export interface ClientError extends Error {
  readonly code?: string;
  readonly rawPacket?: Uint8Array;
  /** Where in the packet the parser gave up. */
  readonly bytesParsed?: number;
}

/** The answer to bytes that are not a request, or did not become one in time. */
export function toClientHttpError(error: ClientError): HttpError {
  switch (error.code) {
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return refused("The request did not arrive in time.", "REQUEST_TIMEOUT");
    case "HPE_HEADER_OVERFLOW":
      return isInRequestLine(error)
        ? refused("The URL is too long.", "URI_TOO_LONG")
        : refused("The headers of the request are too large.", "HEADERS_TOO_LARGE");
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return refused("The chunk extensions of the request are too large.", "PAYLOAD_TOO_LARGE");
    default:
      // The parser's own words ("Invalid header value char") go no further: they help an attacker more than a client.
      return refused("The request is not valid HTTP.", "BAD_REQUEST");
  }
}

/** The answer to CONNECT: this is no proxy, so there is no path that it could have. */
export function connectRefused(): HttpError {
  return new HttpError("This server answers no CONNECT.", {
    code: "METHOD_NOT_ALLOWED",
    headers: { Allow: "" },
  });
}

/** The whole response as bytes: when parsing failed there is no response object to write it with. */
export function rawResponse(error: HttpError, requestId: string = randomUUID()): string {
  const body = errorEnvelope(error, requestId);
  const headers = Object.entries({ ...error.headers, ...CLOSE }).map(([name, value]) => `${name}: ${value}`);
  return [
    `HTTP/1.1 ${error.status} ${http.STATUS_CODES[error.status]}`,
    "Content-Type: application/json; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "X-Content-Type-Options: nosniff",
    `X-Request-Id: ${requestId}`,
    ...headers,
    "",
    body,
  ].join("\r\n");
}

function refused(
  message: string,
  code: "REQUEST_TIMEOUT" | "URI_TOO_LONG" | "HEADERS_TOO_LARGE" | "PAYLOAD_TOO_LARGE" | "BAD_REQUEST",
): HttpError {
  return new HttpError(message, { code, headers: CLOSE });
}

const REQUEST_LINE = /^[A-Z]+ /;

// URL and headers share one limit in the parser. It is the URL's when the first line never ended, or the parser gave up
// before its end; the packet may also be a later one, which begins anywhere.
function isInRequestLine({ rawPacket, bytesParsed = Infinity }: ClientError): boolean {
  if (rawPacket === undefined) return false;
  const lineBreak = rawPacket.indexOf(LINE_FEED);
  const start = Buffer.from(rawPacket.subarray(0, 16)).toString("latin1");
  return lineBreak === -1 || (bytesParsed <= lineBreak && REQUEST_LINE.test(start));
}
