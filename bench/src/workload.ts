import { readerToken } from "./credentials.ts";
import type { BenchDatabase } from "./database.ts";

/** A request to repeat. `{id}` stands for a random post, `{unique}` for text that was never sent before. */
export interface Workload {
  readonly name: string;
  readonly describes: string;
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly status: number;
  /** Leaves rows behind. */
  readonly writes: boolean;
  /** The servers it is for. @default all that are not special */
  readonly servers?: readonly string[];
  /** How many of the posts `{id}` stands for. @default all */
  readonly hotPosts?: number;
  /** Servers whose `/health` is measured in the same rounds, as one more server each. @default [] */
  readonly besideHealthOf?: readonly string[];
}

export function workloads({ authorId }: BenchDatabase): readonly Workload[] {
  const read = { method: "GET", headers: {}, body: undefined, status: 200, writes: false } as const;
  // Servers that ask for no credentials leave the header alone, so that every server gets the same bytes.
  const authorized = { Authorization: `Bearer ${readerToken()}` };
  const post = {
    author_id: authorId,
    slug: "bench-{unique}",
    title: "Notes on river crossings above the tree line",
    summary: "My neighbour insists that you refill at every spring first.",
    body: "Most advice about trail markers forgets two walking poles. ".repeat(5),
    status: "published",
    reading_minutes: 6,
    rating: 3.9,
    published_on: "2025-11-02",
    tags: ["hiking", "review"],
    metadata: { words: 191, source: "import" },
  };
  return [
    { ...read, name: "health", describes: "a constant", path: "/health" },
    { ...read, name: "get", describes: "one post by a random id", headers: authorized, path: "/v1/posts/{id}" },
    {
      ...read,
      name: "cached",
      describes: "one of 100 posts, kept by a cache",
      path: "/v1/posts/{id}",
      servers: ["redis-raw", "shaperail-redis", "shaperail-near"],
      hotPosts: 100,
      besideHealthOf: ["shaperail-near"],
    },
    { ...read, name: "list", describes: "25 posts with a filter", path: "/v1/posts?filter[status]=published&limit=25" },
    {
      name: "create",
      describes: "a post, validated and stored",
      method: "POST",
      path: "/v1/posts",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(post),
      status: 201,
      writes: true,
    },
  ];
}
