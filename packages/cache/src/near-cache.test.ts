import { expect, test } from "vitest";
import { testCache } from "./cache.test-kit.ts";
import type { Cache } from "./cache-contract.ts";
import type { CacheStore } from "./cache-store.ts";
import type { FeedListener, InvalidationFeed } from "./invalidation-feed.ts";
import { createMemoryStore } from "./memory-store.ts";

interface FakeFeed extends InvalidationFeed {
  origin: string | undefined;
  readonly told: FeedListener;
}

function fakeFeed(): FakeFeed {
  let listener: FeedListener | undefined;
  return {
    origin: "",
    listen(told) {
      listener = told;
    },
    coherentWith() {
      return this.origin;
    },
    get told() {
      if (listener === undefined) throw new Error("Nobody listens.");
      return listener;
    },
  };
}

const tags = ["posts"];

function nearCache(store: CacheStore = createMemoryStore()): {
  cache: Cache;
  feed: FakeFeed;
  read: (value: string) => Promise<string>;
} {
  const feed = fakeFeed();
  const cache = testCache({ store, near: { feed } });
  return { cache, feed, read: (value) => cache.getOrSet("key", async () => value, { tags }) };
}

test("it asks to be told about generations and nothing else", () => {
  expect(nearCache().feed.told.prefix).toBe("shaperail:cache:g:");
});

test("what was loaded here is found here without asking the store", async () => {
  const { cache, read } = nearCache();
  await read("old");
  expect(await read("new")).toBe("old");
  expect(cache.stats()).toMatchObject({ hits: 1, nearHits: 1, nearEntries: 1 });
});

test("what another instance loaded is found here from the second time on", async () => {
  const store = createMemoryStore();
  await testCache({ store }).getOrSet("key", async () => "theirs", { tags });
  const { cache, read } = nearCache(store);
  expect([await read("x"), await read("x")]).toEqual(["theirs", "theirs"]);
  expect(cache.stats()).toMatchObject({ hits: 2, nearHits: 1 });
});

test("an invalidation here counts at once, before anybody is told", async () => {
  const { cache, read } = nearCache();
  await read("old");
  const told = cache.invalidate(tags);
  expect(await read("new")).toBe("new");
  await told;
  expect(await read("newer")).toBe("newer");
});

test("an invalidation elsewhere counts when the feed tells of it", async () => {
  const store = createMemoryStore();
  const { feed, read } = nearCache(store);
  await read("old");
  await testCache({ store }).invalidate(tags);
  expect(await read("new")).toBe("old");
  feed.told.onChange(["shaperail:cache:g:posts"]);
  expect(await read("new")).toBe("new");
});

test.each([
  { what: "a change of everything", tell: (told: FeedListener) => told.onChange(["shaperail:cache:g:"]), found: "new" },
  {
    what: "a change of another tag",
    tell: (told: FeedListener) => told.onChange(["shaperail:cache:g:users"]),
    found: "old",
  },
  { what: "a reset", tell: (told: FeedListener) => told.onReset(), found: "new" },
])("after $what the value is $found", async ({ tell, found }) => {
  const store = createMemoryStore();
  const { feed, read } = nearCache(store);
  await read("old");
  await store.renew(["shaperail:cache:g:posts"]);
  tell(feed.told);
  expect(await read("new")).toBe(found);
});

test("while a change could be missed nothing is found here, and nothing is taken in", async () => {
  const { cache, feed, read } = nearCache();
  await read("old");
  feed.origin = undefined;
  await read("old");
  expect(cache.stats().nearHits).toBe(0);
  feed.told.onReset();
  await read("old");
  expect(cache.stats()).toMatchObject({ nearHits: 0, nearEntries: 0, hits: 2 });
});

test("an answer of another server than the one that tells of changes is not taken in", async () => {
  const { cache, feed, read } = nearCache();
  feed.origin = "another";
  await read("old");
  await read("old");
  expect(cache.stats()).toMatchObject({ nearHits: 0, hits: 1 });
});

test.each([
  { what: "a change", tell: (told: FeedListener) => told.onChange(["shaperail:cache:g:posts"]) },
  { what: "a reset", tell: (told: FeedListener) => told.onReset() },
])("an answer that $what overtook on the other connection is not taken in", async ({ tell }) => {
  const inner = createMemoryStore();
  let overtake = (): void => undefined;
  const { cache, feed, read } = nearCache({
    ...inner,
    async read(key, generationKeys) {
      const reading = await inner.read(key, generationKeys);
      overtake();
      return reading;
    },
  });
  overtake = () => tell(feed.told);
  await read("old");
  await inner.renew(["shaperail:cache:g:posts"]);
  overtake = () => undefined;
  expect(await read("new")).toBe("new");
  expect(cache.stats().nearHits).toBe(0);
});

test("memory is bounded in values and in bytes", async () => {
  const feed = fakeFeed();
  const cache = testCache({ near: { feed, maxEntries: 10, maxBytes: 10_000 } });
  for (let index = 0; index < 50; index += 1)
    await cache.fetch({ key: String(index) }, async () => ({ body: Buffer.alloc(100) }));
  expect(cache.stats().nearEntries).toBe(10);
  for (let index = 0; index < 50; index += 1)
    await cache.fetch({ key: `big ${index}` }, async () => ({ body: Buffer.alloc(3_000) }));
  expect(cache.stats().nearEntries).toBe(3);
});

test("a value is no longer used here than in the store", async () => {
  let now = 1_000_000;
  const clock = (): number => now;
  const cache = testCache({ store: createMemoryStore({ clock }), clock, near: { feed: fakeFeed() } });
  const read = (value: string): Promise<string> => cache.getOrSet("key", async () => value, { ttlSeconds: 10 });
  await read("old");
  now += 9_999;
  expect(await read("new")).toBe("old");
  now += 1;
  expect(await read("new")).toBe("new");
});

test("what is here can be had without waiting, and counts as a hit; what is not, stale or old cannot", async () => {
  let now = 0;
  const feed = fakeFeed();
  const cache = testCache({ store: createMemoryStore(), near: { feed }, clock: () => now, random: () => 0 });
  const request = { key: "key", tags, ttlSeconds: 10, staleSeconds: 10 };
  expect(cache.peek(request)).toBeUndefined();
  await cache.fetch(request, async () => ({ body: "here", meta: "m" }));
  const found = cache.peek(request);
  expect([found?.body.toString(), found?.meta]).toEqual(["here", "m"]);
  expect(cache.stats()).toMatchObject({ hits: 1, nearHits: 1, misses: 1 });
  expect(cache.peek({ ...request, refresh: true })).toBeUndefined();
  now = 10_000;
  expect(cache.peek(request)).toBeUndefined();
  now = 0;
  void cache.invalidate(tags);
  expect(cache.peek(request)).toBeUndefined();
});

test("without a near cache nothing can be had without waiting", async () => {
  const cache = testCache({ store: createMemoryStore() });
  await cache.fetch({ key: "key" }, async () => ({ body: "here" }));
  expect(cache.peek({ key: "key" })).toBeUndefined();
});
