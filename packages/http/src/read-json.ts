import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { HttpError } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import { type JsonLimits, parseJson } from "./json-text.ts";
import { readBody } from "./read-body.ts";

/** Limits of {@link readJson}. */
export interface ReadJsonOptions extends JsonLimits {
  /**
   * Largest body, in bytes, after decompression.
   * @default 1_048_576
   */
  readonly maxBytes?: number;
}

const JSON_TYPE = /^application\/(?:json|[a-z0-9!#$&^_.-]+\+json)\s*(?:;\s*charset\s*=\s*"?utf-?8"?\s*)?$/i;
const BYTE_ORDER_MARK = 0xfeff;

/**
 * Reads the request body as JSON in UTF-8; a byte order mark before it is tolerated. See {@link parseJson} for numbers and keys.
 *
 * Behind Express, a body that `express.json()` has read already is taken as it is.
 * @throws HttpError `UNSUPPORTED_MEDIA_TYPE` when `Content-Type` is not JSON, `PAYLOAD_TOO_LARGE` beyond `maxBytes`,
 * `BAD_REQUEST` when there is no body, or it is not JSON.
 */
export async function readJson(
  exchange: Exchange,
  { maxBytes = 1_048_576, maxDepth = 64 }: ReadJsonOptions = {},
): Promise<unknown> {
  const { request } = exchange;
  if (request.readableEnded) return alreadyRead(request);
  const { "content-type": contentType, "content-length": length, "transfer-encoding": transfer } = request.headers;
  if (transfer === undefined && (length === undefined || length === "0")) throw empty();
  if (contentType !== "application/json" && !JSON_TYPE.test(contentType ?? "")) {
    throw new HttpError("The body must be JSON in UTF-8, declared as Content-Type: application/json.", {
      code: "UNSUPPORTED_MEDIA_TYPE",
      headers: { Accept: "application/json", Connection: "close" },
    });
  }
  const bytes = await readBody(request, maxBytes);
  if (bytes.length === 0) throw empty();
  if (!isUtf8(bytes)) throw new HttpError("The request body is not valid UTF-8.", { code: "BAD_REQUEST" });
  const text = bytes.toString("utf8");
  return parseJson(text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text, { maxDepth });
}

function empty(): HttpError {
  return new HttpError("The request body is empty; JSON is expected.", { code: "BAD_REQUEST" });
}

function alreadyRead(request: IncomingMessage): unknown {
  if ("body" in request && request.body !== undefined) return request.body;
  throw new TypeError("The request body was read before.");
}
