/** What a post is created from, checked. */
export interface PostInput {
  readonly author_id: string;
  readonly slug: string;
  readonly title: string;
  readonly summary: string | null;
  readonly body: string;
  readonly status: string;
  readonly featured: boolean;
  readonly reading_minutes: number;
  readonly rating: number | null;
  readonly published_on: string | null;
  readonly tags: readonly string[];
  readonly metadata: unknown;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const DAY = /^\d{4}-\d\d-\d\d$/;
const STATUSES = ["draft", "published", "archived"];

export function isUuid(value: unknown): value is string {
  return typeof value === "string" && UUID.test(value);
}

/** Checked the way it is written by hand: one condition per field. The names of the fields that are wrong, or the input. */
export function readPost(text: string): PostInput | readonly string[] {
  let input: Record<string, unknown>;
  try {
    input = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return ["body"];
  }
  if (typeof input !== "object" || input === null || Array.isArray(input)) return ["body"];
  const { author_id, slug, title, summary = null, body, status = "draft", featured = false } = input;
  const { reading_minutes = 1, rating = null, published_on = null, tags = [], metadata = {} } = input;
  const wrong: string[] = [];
  if (!isUuid(author_id)) wrong.push("author_id");
  if (!isText(slug, 3, 120)) wrong.push("slug");
  if (!isText(title, 1, 200)) wrong.push("title");
  if (summary !== null && !isText(summary, 0, 300)) wrong.push("summary");
  if (!isText(body, 1, 20_000)) wrong.push("body");
  if (typeof status !== "string" || !STATUSES.includes(status)) wrong.push("status");
  if (typeof featured !== "boolean") wrong.push("featured");
  if (!Number.isInteger(reading_minutes) || !isBetween(reading_minutes, 1, 120)) wrong.push("reading_minutes");
  if (rating !== null && !isBetween(rating, 0, 5)) wrong.push("rating");
  if (published_on !== null && (typeof published_on !== "string" || !DAY.test(published_on)))
    wrong.push("published_on");
  if (!Array.isArray(tags) || tags.length > 8 || !tags.every((tag) => isText(tag, 2, 30))) wrong.push("tags");
  if (wrong.length > 0) return wrong;
  const post = {
    author_id,
    slug,
    title,
    summary,
    body,
    status,
    featured,
    reading_minutes,
    rating,
    published_on,
    tags,
    metadata,
  };
  return post as PostInput;
}

function isText(value: unknown, least: number, most: number): boolean {
  return typeof value === "string" && value.length >= least && value.length <= most;
}

function isBetween(value: unknown, least: number, most: number): boolean {
  return typeof value === "number" && value >= least && value <= most;
}
