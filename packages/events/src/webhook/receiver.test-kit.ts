import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { type Closeable, closeable } from "@shaperail/core";

/** A webhook as it arrived. */
export interface ReceivedRequest {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A receiver on 127.0.0.1. */
export interface Receiver extends Closeable {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly ReceivedRequest[];
}

/** Starts a receiver that answers as it is told. */
export async function startReceiver(
  answer: (response: ServerResponse, request: ReceivedRequest, count: number) => void,
): Promise<Receiver> {
  const requests: ReceivedRequest[] = [];
  const server = createServer((message, response) => {
    response.on("error", () => {}); // The sender hangs up on purpose.
    void readBody(message).then((body) => {
      const request = { method: message.method, path: message.url, headers: message.headers, body };
      requests.push(request);
      answer(response, request, requests.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The receiver has no port.");
  return {
    url: `http://127.0.0.1:${address.port}/hook`,
    port: address.port,
    requests,
    ...closeable(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }),
  };
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}
