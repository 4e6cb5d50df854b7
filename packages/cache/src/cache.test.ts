import { noopObserver, type ObservationAttributes, type Observer, type Report } from "@shaperail/core";
import { expect, test } from "vitest";
import { gate, recordingLogger, settle, testCache } from "./cache.test-kit.ts";
import { createMemoryStore } from "./memory-store.ts";

function counter(): { load: () => Promise<number>; loads: number } {
  const it = {
    loads: 0,
    load: async () => {
      it.loads += 1;
      return it.loads;
    },
  };
  return it;
}

test("a value is loaded once and then found", async () => {
  const cache = testCache();
  const source = counter();
  expect(await cache.getOrSet("key", source.load)).toBe(1);
  expect(await cache.getOrSet("key", source.load)).toBe(1);
  expect(cache.stats()).toMatchObject({ hits: 1, misses: 1, bypasses: 0 });
});

test.each([
  { what: "an object", value: { a: [1, "two", null] } },
  { what: "null", value: null },
  { what: "nothing", value: undefined },
  { what: "an empty text", value: "" },
])("$what comes back the same from a miss and from a hit", async ({ value }) => {
  const cache = testCache();
  const load = async (): Promise<unknown> => value;
  expect(await cache.getOrSet("key", load)).toEqual(value);
  expect(await cache.getOrSet("key", load)).toEqual(value);
  expect(cache.stats().hits).toBe(1);
});

test("a caller who changes what it got changes nobody else's", async () => {
  const cache = testCache();
  const load = async (): Promise<string[]> => ["a"];
  const [one, two] = await Promise.all([cache.getOrSet("key", load), cache.getOrSet("key", load)]);
  one.push("b");
  expect(two).toEqual(["a"]);
  expect(await cache.getOrSet("key", load)).toEqual(["a"]);
});

test("500 who ask at the same time for what nobody has cost one load", async () => {
  const cache = testCache();
  const source = counter();
  const answers = await Promise.all(Array.from({ length: 500 }, () => cache.getOrSet("key", source.load)));
  expect(new Set(answers)).toEqual(new Set([1]));
  expect(source.loads).toBe(1);
});

test("a load that fails rejects all who share it, is not kept, and the next one loads again", async () => {
  const cache = testCache();
  const failing = async (): Promise<never> => {
    await settle();
    throw new TypeError("no");
  };
  const both = await Promise.allSettled([cache.getOrSet("key", failing), cache.getOrSet("key", failing)]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await cache.getOrSet("key", async () => 7)).toBe(7);
});

test.each([
  { what: "without jitter", random: 0, freshForMs: 10_000 },
  { what: "with all of the jitter", random: 1, freshForMs: 9_000 },
])("$what a value of ten seconds is fresh for $freshForMs ms", async ({ random, freshForMs }) => {
  let now = 1_000_000;
  const clock = (): number => now;
  const cache = testCache({ store: createMemoryStore({ clock }), clock, random: () => random });
  const source = counter();
  const read = (): Promise<number> => cache.getOrSet("key", source.load, { ttlSeconds: 10 });
  await read();
  now += freshForMs - 1;
  expect(await read()).toBe(1);
  now += 1;
  expect(await read()).toBe(2);
});

test("a stale value is answered at once and loaded anew once, in the background", async () => {
  let now = 1_000_000;
  const clock = (): number => now;
  const cache = testCache({ store: createMemoryStore({ clock }), clock });
  const { opened, open } = gate();
  let loads = 0;
  const read = (): Promise<{ isStale: boolean; state: string; text: string }> =>
    cache
      .fetch({ key: "key", ttlSeconds: 10, staleSeconds: 5 }, async () => {
        loads += 1;
        if (loads > 1) await opened;
        return { body: String(loads) };
      })
      .then(({ isStale, state, body }) => ({ isStale, state, text: body.toString() }));
  await read();
  now += 14_999;
  expect(await Promise.all([read(), read(), read()])).toEqual(
    Array.from({ length: 3 }, () => ({ isStale: true, state: "hit", text: "1" })),
  );
  open();
  await settle();
  expect(loads).toBe(2);
  expect(await read()).toEqual({ isStale: false, state: "hit", text: "2" });
  now += 15_000;
  expect(await read()).toEqual({ isStale: false, state: "miss", text: "3" });
});

test("a stale value stays in use while it cannot be loaded anew, and one line says why", async () => {
  let now = 1_000_000;
  const clock = (): number => now;
  const { logger, lines } = recordingLogger();
  const cache = testCache({ store: createMemoryStore({ clock }), clock, logger });
  const request = { ttlSeconds: 1, staleSeconds: 60 };
  await cache.getOrSet("key", async () => "old", request);
  now += 2_000;
  for (let time = 0; time < 3; time += 1) {
    const answer = cache.getOrSet("key", () => Promise.reject(new Error("no database")), request);
    expect(await answer).toBe("old");
    await settle();
  }
  expect(lines).toEqual([expect.stringContaining("A stale value cannot be loaded anew")]);
});

test("no more than maxRefreshes stale values are loaded anew at a time", async () => {
  let now = 1_000_000;
  const clock = (): number => now;
  const cache = testCache({ store: createMemoryStore({ clock }), clock, maxRefreshes: 2 });
  const read = (key: string, load: () => Promise<string>): Promise<string> =>
    cache.getOrSet(key, load, { ttlSeconds: 1, staleSeconds: 60 });
  const keys = ["a", "b", "c", "d"];
  for (const key of keys) await read(key, async () => "old");
  now += 2_000;
  const { opened, open } = gate();
  let loads = 0;
  const slow = async (): Promise<string> => {
    loads += 1;
    await opened;
    return "new";
  };
  expect(await Promise.all(keys.map((key) => read(key, slow)))).toEqual(keys.map(() => "old"));
  expect(loads).toBe(2);
  open();
  await settle();
  expect(await read("c", slow)).toBe("old");
  await settle();
  expect(await read("c", slow)).toBe("new");
});

test("refresh loads whatever is there and keeps what it loaded", async () => {
  const cache = testCache();
  const read = (text: string, refresh?: boolean): Promise<string> =>
    cache.fetch({ key: "key", refresh }, async () => ({ body: text })).then(({ body }) => body.toString());
  expect(await read("one")).toBe("one");
  expect(await read("two", true)).toBe("two");
  expect(await read("three")).toBe("two");
  expect(cache.stats()).toMatchObject({ hits: 1, misses: 1, bypasses: 1 });
});

test("bytes and what is said about them come back together", async () => {
  const cache = testCache();
  const body = Buffer.from([0, 255, 1]);
  const load = async (): Promise<{ body: Buffer; meta: string }> => ({ body, meta: '{"status":200}' });
  expect(await cache.fetch({ key: "key" }, load)).toEqual({
    body,
    meta: '{"status":200}',
    state: "miss",
    isStale: false,
  });
  expect(await cache.fetch({ key: "key" }, load)).toEqual({
    body,
    meta: '{"status":200}',
    state: "hit",
    isStale: false,
  });
});

test("what is not to be kept is answered and not kept", async () => {
  const cache = testCache();
  const load = async (): Promise<{ body: string; keep: false }> => ({ body: "404", keep: false });
  await cache.fetch({ key: "key" }, load);
  expect((await cache.fetch({ key: "key" }, load)).state).toBe("miss");
});

test.each([0, -1, Number.NaN])("a value that lives for %s seconds is answered and not kept", async (ttlSeconds) => {
  const { logger, lines } = recordingLogger();
  const cache = testCache({ logger });
  expect(await cache.getOrSet("key", async () => 1, { ttlSeconds })).toBe(1);
  expect(await cache.getOrSet("key", async () => 2, { ttlSeconds })).toBe(2);
  expect(lines).toEqual([]);
});

test("a value above maxValueBytes is answered and not kept", async () => {
  const cache = testCache({ maxValueBytes: 1_000 });
  const read = (bytes: number): Promise<string> =>
    cache.fetch({ key: String(bytes) }, async () => ({ body: Buffer.alloc(bytes) })).then(({ state }) => state);
  expect([await read(1_000), await read(1_000), await read(1_001), await read(1_001)]).toEqual([
    "miss",
    "hit",
    "miss",
    "miss",
  ]);
});

test("lookup tells a hit from a miss, and keeps what was loaded after a miss", async () => {
  const cache = testCache();
  const request = { key: "key", tags: ["posts"] };
  const first = await cache.lookup(request);
  if (first.state !== "miss") throw new Error(first.state);
  first.keep({ body: "body", meta: "meta" });
  await settle();
  expect(await cache.lookup(request)).toMatchObject({
    state: "hit",
    isStale: false,
    entry: { body: Buffer.from("body"), meta: "meta" },
  });
});

test("getOrSet and fetch never meet under one key", async () => {
  const cache = testCache();
  await cache.fetch({ key: "key" }, async () => ({ body: "<html>" }));
  expect(await cache.getOrSet("key", async () => 1)).toBe(1);
});

test("another version finds nothing of the one before, and hears of its invalidations", async () => {
  const store = createMemoryStore();
  const [old, next] = [testCache({ store, version: "1" }), testCache({ store, version: "2" })];
  const tags = ["posts"];
  await old.getOrSet("key", async () => "old", { tags });
  expect(await next.getOrSet("key", async () => "new", { tags })).toBe("new");
  expect(await old.getOrSet("key", async () => "other", { tags })).toBe("old");
  await old.invalidate(tags);
  expect(await next.getOrSet("key", async () => "newer", { tags })).toBe("newer");
});

test("keys that differ late are told apart, however long they are", async () => {
  const cache = testCache();
  const long = "x".repeat(10_000);
  expect(await cache.getOrSet(`${long}a`, async () => "a")).toBe("a");
  expect(await cache.getOrSet(`${long}b`, async () => "b")).toBe("b");
  expect(await cache.getOrSet(`${long}a`, async () => "c")).toBe("a");
});

test.each([
  { what: "an empty tag", tags: [""] },
  { what: "a tag of 201 characters", tags: ["x".repeat(201)] },
  { what: "33 tags", tags: Array.from({ length: 33 }, (_, index) => `tag-${index}`) },
])("$what is a mistake of the caller", async ({ tags }) => {
  await expect(testCache().getOrSet("key", async () => 1, { tags })).rejects.toThrow(TypeError);
});

test("everything is observed as cache.op, without keys, and lookups report what they came to", async () => {
  const seen: unknown[] = [];
  const observer: Observer = {
    ...noopObserver,
    observe<T>(operation: string, attributes: ObservationAttributes, run: (report: Report) => Promise<T>): Promise<T> {
      seen.push([operation, attributes]);
      return run((reported) => seen.push(reported));
    },
  };
  const cache = testCache({ observer });
  const request = { tags: ["posts"] };
  await cache.getOrSet("key", async () => 1, request);
  await cache.getOrSet("key", async () => 1, request);
  await cache.getOrSet("key", async () => 1, { ...request, refresh: true });
  await cache.invalidate(["posts"]);
  const op = (operation: string): unknown => ["cache.op", { "cache.operation": operation }];
  expect(seen).toEqual([
    op("get"),
    { "cache.result": "miss" },
    op("set"),
    op("get"),
    { "cache.result": "hit" },
    op("get"),
    op("set"),
    op("invalidate"),
  ]);
});

test("a closed cache loads and keeps nothing; closing twice is closing once", async () => {
  const cache = testCache();
  await cache.getOrSet("key", async () => 1);
  const closing = cache.close();
  expect(cache.close()).toBe(closing);
  await closing;
  expect(await cache.getOrSet("key", async () => 2)).toBe(2);
  expect(cache.stats().bypasses).toBe(1);
});
