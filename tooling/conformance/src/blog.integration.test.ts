import { afterAll, beforeAll, expect, test } from "vitest";
import { BLOG } from "./projects.ts";
import { describeFindings, untried } from "./report.ts";
import { requestsOf, seedOf } from "./seed.ts";
import { type RunningProject, startProject } from "./start-project.ts";
import { walk } from "./walk.ts";

let running: RunningProject;
beforeAll(async () => {
  running = await startProject(BLOG, { env: { JWT_SECRET: "9f2c7d41b8e05a6390d4c1e7f85b2a6d" } });
  // Rows that nobody may write through the API.
  await running.sql(`
    INSERT INTO authors (handle, name, email, joined_on)
    SELECT 'author-' || n, 'Author ' || n, n || '@example.org', date '2026-01-01' + n FROM generate_series(1, 30) n`);
  await running.sql(
    `INSERT INTO tags (name, description) SELECT 'tag-' || n, 'Tag ' || n FROM generate_series(1, 30) n`,
  );
});
afterAll(() => running[Symbol.asyncDispose]());

test("the example application answers as its document says", { timeout: 600_000 }, async () => {
  const { url, document, project, sql } = running;
  const seed = seedOf(process.env);
  const options = { url, document, resources: project.resources, seed };
  const first = await walk({ ...options, requests: 5 });
  await sql(`
    INSERT INTO comments (post_id, author_name, body, likes)
    SELECT id, 'Reader', 'Comment ' || n, n FROM posts, generate_series(1, 3) n`);
  await sql(`
    INSERT INTO covers (post_id, url, alt, width, height)
    SELECT id, 'https://example.org/cover.png', 'Cover', 640, 480 FROM posts`);
  const report = await walk({ ...options, requests: requestsOf(process.env, 130) });
  expect(describeFindings(first, seed)).toBe("");
  expect(describeFindings(report, seed)).toBe("");
  expect(untried(report, document)).toEqual([]);
  expect(report.requests).toBeGreaterThan(2_500);
});
