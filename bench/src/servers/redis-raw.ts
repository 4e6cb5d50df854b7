import { createServer, type ServerResponse } from "node:http";
import { Redis } from "ioredis";
import pg from "pg";
import type { BenchServer } from "../bench-server.ts";
import { isUuid } from "../raw/post-input.ts";
import { entryOf } from "../repository.ts";

/** The baseline of cached reads. */
export const server: BenchServer = {
  name: "redis-raw",
  describes: "by hand: node:http and GET of ioredis; on a miss a pg pool and SET. Nobody ever invalidates",
  special: true,
  command: ({ source, redisUrl }) => ({ args: [entryOf(import.meta.filename, source)], env: { REDIS_URL: redisUrl } }),
};

const POST = {
  name: "get",
  text: `SELECT id, author_id, slug, title, summary, body, status, featured, reading_minutes, rating, published_on, tags, metadata,
    created_at, updated_at, deleted_at FROM posts WHERE id = $1 AND deleted_at IS NULL`,
};
const KEPT_SECONDS = 3_600;

function serve(): void {
  pg.types.setTypeParser(pg.types.builtins.INT8, Number);
  pg.types.setTypeParser(pg.types.builtins.NUMERIC, Number);
  pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);
  const pool = new pg.Pool({ connectionString: process.env["DATABASE_URL"], max: Number(process.env["POOL_SIZE"]) });
  // As plain as it gets, except that requests of one tick are sent together, which the servers compared with it do too.
  const redis = new Redis(process.env["REDIS_URL"] ?? "", { enableAutoPipelining: true });

  const find = async (id: string): Promise<string | undefined> => {
    const kept = await redis.get(`post:${id}`);
    if (kept !== null) return kept;
    const { rows } = await pool.query<{ id: string }>({ ...POST, values: [id] });
    if (rows.length === 0) return undefined;
    const text = JSON.stringify({ data: rows[0] });
    await redis.set(`post:${id}`, text, "EX", KEPT_SECONDS);
    return text;
  };
  const handle = async (url: string, response: ServerResponse): Promise<void> => {
    if (url === "/health") return answer(response, '{"status":"ok"}');
    const id = url.slice("/v1/posts/".length);
    const post = isUuid(id) ? await find(id) : undefined;
    if (post !== undefined) return answer(response, post);
    response.writeHead(404);
    response.end();
  };
  const listening = createServer((request, response) => {
    handle(request.url ?? "", response).catch((error: unknown) => {
      console.error(error);
      response.destroy();
    });
  });
  listening.listen(Number(process.env["PORT"]), "127.0.0.1");
  process.once("SIGTERM", () => process.exit(0));
}

function answer(response: ServerResponse, body: string): void {
  response.writeHead(200, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) });
  response.end(body);
}

if (import.meta.main) serve();
