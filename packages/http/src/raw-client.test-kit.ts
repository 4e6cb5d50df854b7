import { connect, type Socket } from "node:net";

/** A socket that speaks no HTTP by itself, so that a test decides about every byte. */
export interface RawClient {
  readonly socket: Socket;
  /** Everything received so far. */
  received(): string;
  write(text: string | Uint8Array): void;
  /** Waits until what was received contains the text. */
  until(text: string): Promise<string>;
  /** Waits until the server closed the connection, and returns everything received. */
  closed(): Promise<string>;
}

/** Connects to a server on this machine. */
export async function rawClient(port: number): Promise<RawClient> {
  const socket = connect({ port, host: "127.0.0.1" });
  let text = "";
  const done = deferred<string>();
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
  });
  // A reset is an end like any other here; the tests look at what arrived before it.
  socket.on("error", () => undefined);
  socket.on("close", () => done.resolve(text));
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", () => resolve());
    socket.once("error", reject);
  });
  const until = async (wanted: string): Promise<string> => {
    while (!text.includes(wanted)) {
      if (socket.closed)
        throw new Error(`closed before ${JSON.stringify(wanted)} came; received ${JSON.stringify(text)}`);
      await new Promise<void>((resolve) => setTimeout(resolve, 2));
    }
    return text;
  };
  return { socket, received: () => text, write: (data) => void socket.write(data), until, closed: () => done.promise };
}

/** The bytes of a request without a body. */
export function get(path: string, headers = ""): string {
  return `GET ${path} HTTP/1.1\r\nHost: test\r\n${headers}\r\n`;
}

/** The JSON of the last response in the text. */
export function lastBody(text: string): unknown {
  return JSON.parse(text.slice(text.lastIndexOf("\r\n\r\n") + 4));
}

/** A promise that the test settles itself. */
export function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
