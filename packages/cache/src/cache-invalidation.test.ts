import { expect, test } from "vitest";
import { gate, settle, testCache } from "./cache.test-kit.ts";
import type { Cache } from "./cache-contract.ts";
import type { CacheStore } from "./cache-store.ts";
import { createMemoryStore } from "./memory-store.ts";

const tags = ["posts"];

/** Two instances of one service. */
function twoInstances(store: CacheStore = createMemoryStore()): readonly [Cache, Cache] {
  return [testCache({ store }), testCache({ store })];
}

test("after an invalidation nothing older is found, here and elsewhere", async () => {
  const [here, there] = twoInstances();
  await here.getOrSet("key", async () => "old", { tags });
  expect(await there.getOrSet("key", async () => "other", { tags })).toBe("old");
  expect(await here.invalidate(tags)).toBe(true);
  expect(await there.getOrSet("key", async () => "new", { tags })).toBe("new");
  expect(await here.getOrSet("key", async () => "other", { tags })).toBe("new");
});

test("only what carries the tag becomes old", async () => {
  const cache = testCache();
  const read = (value: string): Promise<string[]> =>
    Promise.all(
      [["posts"], ["users"], ["posts", "users"], []].map((own) =>
        cache.getOrSet(`key of ${own.join()}`, async () => value, { tags: own }),
      ),
    );
  await read("old");
  await cache.invalidate(["posts"]);
  expect(await read("new")).toEqual(["new", "old", "new", "old"]);
  await cache.invalidateAll();
  expect(await read("newer")).toEqual(["newer", "newer", "newer", "newer"]);
});

test("the order of tags and their repetition mean nothing", async () => {
  const cache = testCache();
  await cache.getOrSet("key", async () => "one", { tags: ["a", "b"] });
  expect(await cache.getOrSet("key", async () => "two", { tags: ["b", "a", "b"] })).toBe("one");
});

test("no tags to invalidate is nothing to do", async () => {
  const cache = testCache();
  await cache.getOrSet("key", async () => "old", { tags });
  expect(await cache.invalidate([])).toBe(true);
  expect(await cache.getOrSet("key", async () => "new", { tags })).toBe("old");
});

test.each([
  { where: "on this instance", reader: 0, writer: 0 },
  { where: "on another instance", reader: 0, writer: 1 },
] as const)(
  "a load that began before a write $where and ends after it keeps nothing old",
  async ({ reader, writer }) => {
    const instances = twoInstances();
    let row = "old";
    const { opened, open } = gate();
    const slow = instances[reader].getOrSet(
      "key",
      async () => {
        const seen = row;
        await opened;
        return seen;
      },
      { tags },
    );
    await settle();
    row = "new";
    await instances[writer].invalidate(tags);
    open();
    expect(await slow).toBe("old");
    await settle();
    for (const instance of instances) expect(await instance.getOrSet("key", async () => row, { tags })).toBe("new");
  },
);

test.each([
  { where: "on this instance", reader: 0, writer: 0 },
  { where: "on another instance", reader: 0, writer: 1 },
] as const)("who asks after a write $where does not share a load that began before it", async ({ reader, writer }) => {
  const instances = twoInstances();
  let row = "old";
  const { opened, open } = gate();
  const load = async (): Promise<string> => {
    const seen = row;
    await opened;
    return seen;
  };
  const before = instances[reader].getOrSet("key", load, { tags });
  await settle();
  row = "new";
  await instances[writer].invalidate(tags);
  const after = instances[reader].getOrSet("key", load, { tags });
  await settle();
  open();
  expect([await before, await after]).toEqual(["old", "new"]);
});

test("an answer of the store that was overtaken by an invalidation here is not used", async () => {
  const inner = createMemoryStore();
  const { opened, open } = gate();
  let isHeld = false;
  const store: CacheStore = {
    ...inner,
    async read(key, generationKeys) {
      const reading = await inner.read(key, generationKeys);
      if (isHeld) await opened;
      return reading;
    },
  };
  const cache = testCache({ store, timeoutMs: 5_000 });
  await cache.getOrSet("key", async () => "old", { tags });
  isHeld = true;
  const reading = cache.getOrSet("key", async () => "new", { tags });
  await settle();
  isHeld = false;
  await cache.invalidate(tags);
  open();
  expect(await reading).toBe("new");
});

test("what is loaded anew behind a stale value is old after an invalidation in the meantime", async () => {
  let now = 1_000_000;
  const clock = (): number => now;
  const cache = testCache({ store: createMemoryStore({ clock }), clock });
  const { opened, open } = gate();
  const options = { tags, ttlSeconds: 1, staleSeconds: 60 };
  await cache.getOrSet("key", async () => "old", options);
  now += 2_000;
  const slow = async (): Promise<string> => {
    await opened;
    return "old too";
  };
  expect(await cache.getOrSet("key", slow, options)).toBe("old");
  await cache.invalidate(tags);
  open();
  await settle();
  expect(await cache.getOrSet("key", async () => "new", options)).toBe("new");
});

test("a generation that the store lost does not come back with what hung on it", async () => {
  const first = createMemoryStore();
  let store = first;
  const cache = testCache({
    store: {
      read: (...rest) => store.read(...rest),
      write: (...rest) => store.write(...rest),
      renew: (...rest) => store.renew(...rest),
    },
  });
  await cache.getOrSet("key", async () => "old", { tags });
  // The same values, none of the generations.
  const empty = createMemoryStore();
  store = {
    ...empty,
    read: async (key, keys) => ({ ...(await empty.read(key, keys)), value: (await first.read(key, [])).value }),
  };
  expect(await cache.getOrSet("key", async () => "new", { tags })).toBe("new");
});

test("what one server was given is not believed of another: a restart from a snapshot brings nothing old back", async () => {
  const inner = createMemoryStore();
  let origin = "one";
  const cache = testCache({
    store: { ...inner, read: async (key, keys) => ({ ...(await inner.read(key, keys)), origin }) },
  });
  await cache.getOrSet("key", async () => "old", { tags });
  expect(await cache.getOrSet("key", async () => "new", { tags })).toBe("old");
  origin = "two";
  expect(await cache.getOrSet("key", async () => "new", { tags })).toBe("new");
});
