import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { isUuid, type PostInput, readPost } from "./post-input.ts";

/** The data path of a hand-written server. Every answer is JSON text. */
export interface PostStore {
  /** Undefined when there is none. */
  get(id: string): Promise<string | undefined>;
  list(status: string, limit: number): Promise<string>;
  create(post: PostInput): Promise<string>;
}

/** `node:http` and a few conditions: no framework, no log, no limits. SIGTERM ends it at once. */
export function serveRaw(store: PostStore): void {
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method, url = "" } = request;
    if (method === "GET" && url === "/health") return answer(response, 200, '{"status":"ok"}');
    if (method === "GET" && url.startsWith("/v1/posts/")) {
      const id = url.slice("/v1/posts/".length);
      const post = isUuid(id) ? await store.get(id) : undefined;
      return post === undefined ? answer(response, 404, '{"error":"not found"}') : answer(response, 200, post);
    }
    if (method === "GET" && url.startsWith("/v1/posts?")) {
      const query = new URLSearchParams(url.slice("/v1/posts?".length));
      const limit = Math.min(100, Math.max(1, Number(query.get("limit") ?? 25)));
      return answer(response, 200, await store.list(query.get("filter[status]") ?? "published", limit));
    }
    if (method === "POST" && url === "/v1/posts") {
      const post = readPost(await readText(request));
      if ("length" in post) return answer(response, 422, JSON.stringify({ error: post }));
      return answer(response, 201, await store.create(post));
    }
    return answer(response, 404, '{"error":"not found"}');
  };
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      console.error(error);
      answer(response, 500, '{"error":"internal"}');
    });
  });
  server.listen(Number(process.env["PORT"]), "127.0.0.1");
  // By itself the signal would end it too, but without writing the CPU profile that --cpu-prof asks for.
  process.once("SIGTERM", () => process.exit(0));
}

// oxlint-disable-next-line max-params -- by hand nobody would make an object of these
function answer(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) });
  response.end(body);
}

function readText(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => resolve(Buffer.concat(chunks).toString()));
    request.on("error", reject);
  });
}
