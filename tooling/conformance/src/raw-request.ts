import { connect } from "node:net";
import type { Answer } from "./client.ts";

export interface RawOptions {
  /** Ends the sending side after the last byte, as a client that lost interest. @default false */
  readonly hangUp?: boolean;
  /** Longest wait for an answer, in milliseconds. @default 5_000 */
  readonly timeoutMs?: number;
}

/** Sends bytes as they are to a server on this machine; undefined when the connection ends without an answer. */
export function rawRequest(
  port: number,
  bytes: string | Uint8Array,
  { hangUp = false, timeoutMs = 5_000 }: RawOptions = {},
): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    let received = "";
    const finish = (): void => {
      socket.destroy();
      resolve(parse(received));
    };
    socket.setTimeout(timeoutMs, () => {
      socket.destroy();
      reject(new Error(`no answer within ${timeoutMs} ms; received ${JSON.stringify(received)}`));
    });
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      if (isComplete(received)) finish();
    });
    socket.on("end", finish);
    // A reset behind an answer is an end like any other.
    socket.on("error", finish);
    socket.on("connect", () => (hangUp ? socket.end(bytes) : socket.write(bytes)));
  });
}

function isComplete(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  const length = /^content-length: *(\d+)\r$/im.exec(text)?.[1];
  return end >= 0 && length !== undefined && text.length >= end + 4 + Number(length);
}

function parse(text: string): Answer | undefined {
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const status = /^HTTP\/1\.1 (\d{3})/.exec(head)?.[1];
  if (status === undefined) return undefined;
  const headers = head
    .split("\r\n")
    .slice(1)
    .map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    });
  return { status: Number(status), headers: new Map(headers), text: rest.join("\r\n\r\n") };
}
