import pg from "pg";
import type { BenchServer } from "../bench-server.ts";
import { createPipelines, type TextRow } from "../raw/pipelines.ts";
import { type PostStore, serveRaw } from "../raw/raw-server.ts";
import { entryOf } from "../repository.ts";

/** What is possible by hand with the techniques that shaperail uses. */
export const server: BenchServer = {
  name: "tuned-raw",
  describes: "by hand, with the same data path: rows as text, pipelining, a serialiser for this table; nothing else on",
  command: ({ source }) => ({ args: [entryOf(import.meta.filename, source)] }),
};

const utc = (column: string): string => `(${column} AT TIME ZONE 'UTC')`;
const TIMES = `${utc("created_at")}, ${utc("updated_at")}, ${utc("deleted_at")}`;
const COLUMNS = `id, author_id, slug, title, summary, body, status, featured, reading_minutes, rating, published_on, to_json(tags), metadata, ${TIMES}`;
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

function text(value: string | null | undefined): string {
  return value === null || value === undefined ? "null" : JSON.stringify(value);
}

function plain(value: string | null | undefined): string {
  return value ?? "null";
}

function quoted(value: string | null | undefined): string {
  return value === null || value === undefined ? "null" : `"${value}"`;
}

function time(value: string | null | undefined): string {
  return value === null || value === undefined ? "null" : `"${value.slice(0, 10)}T${value.slice(11)}Z"`;
}

function toJson(row: TextRow): string {
  return (
    `{"id":${quoted(row[0])},"author_id":${quoted(row[1])},"slug":${text(row[2])},"title":${text(row[3])},` +
    `"summary":${text(row[4])},"body":${text(row[5])},"status":${text(row[6])},"featured":${row[7] === "t"},` +
    `"reading_minutes":${plain(row[8])},"rating":${plain(row[9])},"published_on":${quoted(row[10])},` +
    `"tags":${plain(row[11])},"metadata":${plain(row[12])},"created_at":${time(row[13])},` +
    `"updated_at":${time(row[14])},"deleted_at":${time(row[15])}}`
  );
}

async function createStore(): Promise<PostStore> {
  const { run } = await createPipelines(process.env["DATABASE_URL"] ?? "", Number(process.env["POOL_SIZE"]));
  return {
    async get(id) {
      const [row] = await run(GET, [id]);
      return row === undefined ? undefined : `{"data":${toJson(row)}}`;
    },
    async list(status, limit) {
      const rows = await run(LIST, [status, String(limit + 1)]);
      const hasMore = rows.length > limit;
      const data = hasMore ? rows.slice(0, limit) : rows;
      const cursor = hasMore ? quoted(Buffer.from(data.at(-1)?.[0] ?? "").toString("base64")) : "null";
      return `{"data":[${data.map(toJson).join(",")}],"meta":{"cursor":${cursor},"has_more":${hasMore}}}`;
    },
    async create(post) {
      const { author_id, slug, title, summary, body, status, featured, reading_minutes, rating, published_on } = post;
      const first = [author_id, slug, title, summary, body, status, String(featured), String(reading_minutes)];
      const tags = `{${post.tags.map((tag) => pg.escapeIdentifier(tag)).join(",")}}`;
      const more = [rating === null ? null : String(rating), published_on, tags, JSON.stringify(post.metadata)];
      const [row] = await run(CREATE, [...first, ...more]);
      return `{"data":${toJson(row ?? [])}}`;
    },
  };
}

if (import.meta.main) serveRaw(await createStore());
