import { capital, paragraph, remark, title } from "./sentences.ts";
import { firstName, fullNames } from "./people.ts";
import type { Random } from "./random.ts";
import { type Topic, TOPICS } from "./topics.ts";
import type { SeedRow } from "./yaml.ts";

/** A post, as its comments and its cover need to know it. */
export interface Post {
  readonly id: string;
  readonly topic: Topic;
  readonly title: string;
  readonly createdAt: Date;
  readonly row: SeedRow;
}

const BEGIN = Date.UTC(2024, 0, 1);
/** Two years after the first post. */
const END = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;

export function tagRows(): SeedRow[] {
  return TOPICS.map(({ name, description, color }) => ({ name, description, color }));
}

export function authorRows(random: Random, count: number): (SeedRow & { readonly id: string })[] {
  return fullNames(random, count).map((name) => {
    const handle = name.toLowerCase().replaceAll(" ", "-");
    const topic = random.pick(TOPICS);
    const joined = new Date(BEGIN - random.integer(0, 900) * DAY_MS);
    return {
      id: random.uuid(),
      handle,
      name,
      bio: `Writes about ${topic.name}, mostly about ${random.pick(topic.things)}.`,
      role: random.pick(["writer", "writer", "writer", "editor", "guest"]),
      email: `${handle.replaceAll("-", ".")}@example.org`,
      homepage: `https://example.org/${handle}`,
      joined_on: dayOf(joined),
      followers: Math.floor(random.next() ** 3 * 50_000),
      active: random.chance(0.9),
      links: { mastodon: `@${handle}@social.example.org`, posts_per_month: random.integer(1, 6) },
      created_at: minuteOf(joined),
    };
  });
}

export function posts(random: Random, { authorIds, count }: { authorIds: readonly string[]; count: number }): Post[] {
  const slugs = new Map<string, number>();
  return Array.from({ length: count }, (_, index) => {
    const topic = random.pick(TOPICS);
    const heading = title(topic, random);
    // Spread evenly, with some chance, in the order of the file.
    const createdAt = new Date(BEGIN + ((index + random.next()) / count) * (END - BEGIN));
    const status = random.chance(0.85) ? "published" : random.pick(["draft", "archived"]);
    const sentences = random.integer(2, 4);
    const id = random.uuid();
    const row: SeedRow = {
      id,
      author_id: random.pick(authorIds),
      slug: uniqueSlug(heading, slugs),
      title: heading,
      ...(random.chance(0.5) ? { summary: paragraph(topic, random, 1) } : {}),
      body: paragraph(topic, random, sentences),
      status,
      ...(random.chance(0.05) ? { featured: true } : {}),
      reading_minutes: sentences * random.integer(1, 4),
      ...(status === "draft" ? {} : { rating: random.integer(10, 50) / 10, published_on: dayOf(createdAt) }),
      tags: [topic.name, ...random.sample(["beginners", "essay", "howto", "notes", "review"], random.integer(0, 2))],
      metadata: { words: sentences * 90 + random.integer(0, 80), source: random.pick(["import", "editor", "mobile"]) },
      ...(random.chance(0.05) ? { editor_note: `Ask ${firstName(random)} before this is moved.` } : {}),
      created_at: minuteOf(createdAt),
    };
    return { id, topic, title: heading, createdAt, row };
  });
}

export function coverRows(random: Random, allPosts: readonly Post[]): SeedRow[] {
  return allPosts
    .filter((_post, index) => index % 4 === 0)
    .map((post, index) => ({
      id: random.uuid(),
      post_id: post.id,
      url: `https://images.example.org/covers/${index + 1}.jpg`,
      alt: `${capital(random.pick(post.topic.things))} ${random.pick(post.topic.places)}`,
      width: random.pick([1200, 1600, 2400]),
      height: random.pick([630, 900, 1350]),
      palette: Array.from({ length: 3 }, () => `#${random.integer(0, 0xffffff).toString(16).padStart(6, "0")}`),
    }));
}

export function commentRows(
  random: Random,
  { posts: all, count }: { posts: readonly Post[]; count: number },
): SeedRow[] {
  /** The comments of a post that can be answered. */
  const first = new Map<Post, { readonly id: string; readonly at: number }[]>();
  return Array.from({ length: count }, (_, index) => {
    // Every post has a few, and some have many.
    const post =
      index < all.length * 3 ? at(all, index % all.length) : at(all, Math.floor(random.next() ** 2 * all.length));
    const answerable = first.get(post) ?? [];
    const parent = answerable.length > 0 && random.chance(0.2) ? random.pick(answerable) : undefined;
    const from = parent?.at ?? post.createdAt.getTime();
    const createdAt = Math.min(from + random.next() ** 3 * 60 * DAY_MS + 60_000, END + 60 * DAY_MS);
    const id = random.uuid();
    if (parent === undefined) first.set(post, [...answerable, { id, at: createdAt }]);
    return {
      id,
      post_id: post.id,
      ...(parent === undefined ? {} : { parent_id: parent.id }),
      author_name: firstName(random),
      body: remark(post.topic, random),
      ...unlessDefault("status", random.chance(0.04) ? random.pick(["held", "spam"]) : "visible"),
      ...unlessDefault("likes", Math.floor(random.next() ** 4 * 40)),
      created_at: minuteOf(new Date(createdAt)),
    };
  });
}

const COMMENT_DEFAULTS: Readonly<Record<string, string | number>> = { status: "visible", likes: 0 };

/** What the database fills in is left out: ten thousand times ten characters. */
function unlessDefault(column: string, value: string | number): SeedRow {
  return value === COMMENT_DEFAULTS[column] ? {} : { [column]: value };
}

function uniqueSlug(heading: string, taken: Map<string, number>): string {
  const base = heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
  const number = (taken.get(base) ?? 0) + 1;
  taken.set(base, number);
  return number === 1 ? base : `${base}-${number}`;
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function minuteOf(date: Date): string {
  return `${date.toISOString().slice(0, 16)}Z`;
}

function at<T>(list: readonly T[], index: number): T {
  const element = list[index];
  if (element === undefined) throw new RangeError(`There is no element ${index}.`);
  return element;
}
