import { Agent, request } from "node:http";

/** A request, down to the bytes of its body. */
export interface Call {
  readonly method: string;
  /** Path and query, encoded. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** What a request was answered with. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

/** Sends requests to one server over connections that are kept. */
export interface Client {
  send(call: Call): Promise<Answer>;
  close(): void;
}

/** `fetch` would tidy up paths and refuse bodies of GET; what is tested here must arrive as it was written. */
export function createClient(
  url: string,
  { connections = 16, timeoutMs = 20_000 }: { readonly connections?: number; readonly timeoutMs?: number } = {},
): Client {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    send: ({ method, path, headers = {}, body }) =>
      new Promise((resolve, reject) => {
        const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
        const outgoing = request(
          { agent, hostname, port, method, path, headers: { ...length, ...headers }, timeout: timeoutMs },
          (response) => {
            const chunks: Buffer[] = [];
            response.on("data", (chunk: Buffer) => chunks.push(chunk));
            response.on("error", reject);
            response.on("end", () =>
              resolve({
                status: response.statusCode ?? 0,
                headers: new Map(Object.entries(response.headers).map(([name, value]) => [name, String(value)])),
                text: Buffer.concat(chunks).toString("utf8"),
              }),
            );
          },
        );
        outgoing.on("timeout", () =>
          outgoing.destroy(new Error(`no answer within ${timeoutMs} ms: ${method} ${path}`)),
        );
        outgoing.on("error", reject);
        outgoing.end(body);
      }),
    close: () => agent.destroy(),
  };
}
