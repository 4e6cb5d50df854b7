import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type Closeable, closeable } from "@shaperail/core";
import { startPostgres } from "@shaperail/test-services";
import pg from "pg";
import { BLOG, shaperailEntry } from "./repository.ts";

export interface BenchDatabase extends Closeable {
  readonly url: string;
  /** Version as the server says it. */
  readonly version: string;
  /** Random posts, in random order. */
  readonly postIds: readonly string[];
  readonly authorId: string;
  /** Removes what a create workload has left, and makes the server as quiet as it was. */
  reset(): Promise<void>;
}

// About 600 bytes a row: a paragraph of the seed data repeated to the length of a short article.
const GROW = `
  INSERT INTO posts (author_id, slug, title, summary, body, status, featured, reading_minutes, rating, published_on, tags, metadata, created_at)
  SELECT author_id, slug || '-copy-' || n, title, summary, repeat(body || ' ', greatest(1, 300 / length(body))), status, featured,
    reading_minutes, rating, published_on, tags, metadata, created_at + make_interval(secs => n)
  FROM (SELECT * FROM posts LIMIT 1200) seed, generate_series(1, $1::int / 1200 + 1) n
  LIMIT greatest(0, $1::int - 1200)`;

/** A PostgreSQL with durable writes, the example's schema and seed data, and posts up to the given number. */
export async function openBenchDatabase({
  rows,
  source,
}: {
  readonly rows: number;
  readonly source: boolean;
}): Promise<BenchDatabase> {
  const server = await startPostgres({ durable: true });
  try {
    const { url } = await server.createDatabase();
    const env = { DATABASE_URL: url };
    for (const command of ["migrate", "seed"]) {
      await promisify(execFile)(process.execPath, [shaperailEntry(source), command], {
        cwd: BLOG,
        env,
        timeout: 120_000,
      });
    }
    const client = new pg.Client({ connectionString: url });
    // The server that is stopped with the client still connected would otherwise hide why.
    client.on("error", () => {});
    await client.connect();
    await client.query(GROW, [rows]);
    await client.query("VACUUM (FREEZE, ANALYZE)");
    const posts = await client.query<{ id: string }>("SELECT id FROM posts ORDER BY random() LIMIT 10000");
    const authors = await client.query<{ id: string }>("SELECT id FROM authors ORDER BY id LIMIT 1");
    const version = await client.query<{ server_version: string }>("SHOW server_version");
    return {
      url,
      version: version.rows[0]?.server_version ?? "",
      postIds: posts.rows.map(({ id }) => id),
      authorId: authors.rows[0]?.id ?? "",
      async reset() {
        await client.query("DELETE FROM posts WHERE slug LIKE 'bench-%'");
        await client.query("VACUUM (ANALYZE) posts");
        await client.query("CHECKPOINT");
      },
      ...closeable(async () => {
        await client.end();
        await server.close();
      }),
    };
  } catch (error) {
    await server.close();
    throw error;
  }
}
