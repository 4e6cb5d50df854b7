import pg from "pg";
import type { BenchServer } from "../bench-server.ts";
import { type PostStore, serveRaw } from "../raw/raw-server.ts";
import { entryOf } from "../repository.ts";

/** The baseline. */
export const server: BenchServer = {
  name: "plain-raw",
  describes: "by hand: node:http, a pg pool, named statements, rows as objects, JSON.stringify; nothing else on",
  command: ({ source }) => ({ args: [entryOf(import.meta.filename, source)] }),
};

const COLUMNS =
  "id, author_id, slug, title, summary, body, status, featured, reading_minutes, rating, published_on, tags, metadata, created_at, updated_at, deleted_at";
const GET = { name: "get", text: `SELECT ${COLUMNS} FROM posts WHERE id = $1 AND deleted_at IS NULL` };
const LIST = {
  name: "list",
  text: `SELECT ${COLUMNS} FROM posts WHERE deleted_at IS NULL AND status = $1 ORDER BY id LIMIT $2`,
};
const CREATE = {
  name: "create",
  text: `INSERT INTO posts (author_id, slug, title, summary, body, status, featured, reading_minutes, rating, published_on, tags, metadata)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING ${COLUMNS}`,
};

function createStore(): PostStore {
  // As an API shows them: numbers as numbers, and a date without a time.
  pg.types.setTypeParser(pg.types.builtins.INT8, Number);
  pg.types.setTypeParser(pg.types.builtins.NUMERIC, Number);
  pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);
  const pool = new pg.Pool({ connectionString: process.env["DATABASE_URL"], max: Number(process.env["POOL_SIZE"]) });
  return {
    async get(id) {
      const { rows } = await pool.query<{ id: string }>({ ...GET, values: [id] });
      return rows.length === 0 ? undefined : JSON.stringify({ data: rows[0] });
    },
    async list(status, limit) {
      const { rows } = await pool.query<{ id: string }>({ ...LIST, values: [status, limit + 1] });
      const hasMore = rows.length > limit;
      const data = hasMore ? rows.slice(0, limit) : rows;
      const cursor = hasMore ? Buffer.from(data.at(-1)?.id ?? "").toString("base64") : null;
      return JSON.stringify({ data, meta: { cursor, has_more: hasMore } });
    },
    async create(post) {
      const { author_id, slug, title, summary, body, status, featured } = post;
      const { reading_minutes, rating, published_on, tags, metadata } = post;
      const more = [reading_minutes, rating, published_on, tags, metadata];
      const values = [author_id, slug, title, summary, body, status, featured, ...more];
      const { rows } = await pool.query<{ id: string }>({ ...CREATE, values });
      return JSON.stringify({ data: rows[0] });
    },
  };
}

if (import.meta.main) serveRaw(createStore());
