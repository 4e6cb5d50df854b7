import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate } from "node:zlib";
import { HttpError } from "./errors.ts";

// The rest of a refused body is not worth reading, and without reading it the connection cannot be used again.
const CLOSE = Object.freeze({ Connection: "close" });

const DECODERS: ReadonlyMap<string, (data: Buffer, limits: { maxOutputLength: number }) => Promise<Buffer>> = new Map([
  ["gzip", promisify(gunzip)],
  ["x-gzip", promisify(gunzip)],
  ["deflate", promisify(inflate)],
  ["br", promisify(brotliDecompress)],
]);

/**
 * Reads a request body completely, decompressed.
 * @throws HttpError `PAYLOAD_TOO_LARGE` as soon as more than `maxBytes` are announced, received or unpacked;
 * `UNSUPPORTED_MEDIA_TYPE` for an unknown `Content-Encoding`; `BAD_REQUEST` for a body that stops early or does not unpack.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const encoding = (request.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  const decode = DECODERS.get(encoding);
  if (decode === undefined && encoding !== "identity") {
    throw new HttpError("The body is compressed in a way this server does not understand; use gzip, deflate or br.", {
      code: "UNSUPPORTED_MEDIA_TYPE",
      headers: { ...CLOSE, "Accept-Encoding": "gzip, deflate, br" },
    });
  }
  if (Number(request.headers["content-length"]) > maxBytes) throw tooLarge(maxBytes);
  const received = await collect(request, maxBytes);
  if (decode === undefined) return received;
  try {
    return await decode(received, { maxOutputLength: maxBytes });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(maxBytes);
    throw new HttpError(`The body is not valid ${encoding}.`, { code: "BAD_REQUEST", cause: error });
  }
}

// Events instead of `for await`: an async iterator costs several turns of the event loop for a body of one chunk.
function collect(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (): void => {
      request.off("data", onData).off("end", onEnd).off("close", onClose);
      request.socket.off("close", onSocketClose);
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= maxBytes) return;
      settle();
      request.pause();
      reject(tooLarge(maxBytes));
    };
    const onEnd = (): void => {
      settle();
      const [first] = chunks;
      resolve(first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks));
    };
    const onClose = (): void => {
      settle();
      reject(new HttpError("The request body stopped before its end.", { code: "BAD_REQUEST", headers: CLOSE }));
    };
    // Once a response is finished, node tells a request nothing more about its socket; without this it would wait for ever.
    const onSocketClose = (): void => {
      if (!request.complete) onClose();
    };
    request.on("data", onData).on("end", onEnd).on("close", onClose);
    request.socket.on("close", onSocketClose);
  });
}

function tooLarge(maxBytes: number): HttpError {
  return new HttpError(`The request body is larger than ${maxBytes} bytes.`, {
    code: "PAYLOAD_TOO_LARGE",
    headers: CLOSE,
  });
}
