import { expect, test } from "vitest";
import { faultyStore, gate, recordingLogger, settle, testCache, until } from "./cache.test-kit.ts";

const tags = ["posts"];

test.each(["fails", "hangs"] as const)("a store that %s costs no answer, and is soon left alone", async (fault) => {
  const store = faultyStore();
  const { logger, lines } = recordingLogger();
  const cache = testCache({ store, failureThreshold: 3, maxProbePauseMs: 60_000, logger });
  store.fault = fault;
  for (let index = 0; index < 20; index += 1) {
    expect(await cache.getOrSet(`key ${index}`, async () => index)).toBe(index);
  }
  expect(cache.stats()).toMatchObject({ isOpen: true, bypasses: 20 });
  expect(store.calls).toEqual({ read: 3, write: 0, renew: 0 });
  expect(lines.filter((line) => line.includes("is left alone"))).toHaveLength(1);
  await cache.close();
});

test("a store that answers again is used again, without anybody asking for it", async () => {
  const store = faultyStore();
  const { logger, lines } = recordingLogger();
  const cache = testCache({ store, failureThreshold: 1, logger });
  store.fault = "fails";
  await cache.getOrSet("key", async () => "one");
  expect(cache.stats().isOpen).toBe(true);
  store.fault = "none";
  await until(() => !cache.stats().isOpen);
  expect(lines.at(-1)).toContain("The cache is back");
  await cache.getOrSet("key", async () => "two");
  expect(await cache.getOrSet("key", async () => "three")).toBe("two");
});

test("while the store is out of reach, 500 who ask at the same time cost two loads, one after the other", async () => {
  const store = faultyStore();
  const cache = testCache({ store, failureThreshold: 1, maxProbePauseMs: 60_000 });
  store.fault = "fails";
  await cache.getOrSet("other", async () => 0);
  let loads = 0;
  let most = 0;
  let running = 0;
  const load = async (): Promise<number> => {
    loads += 1;
    running += 1;
    most = Math.max(most, running);
    await settle();
    running -= 1;
    return loads;
  };
  await Promise.all(Array.from({ length: 500 }, () => cache.getOrSet("key", load)));
  expect({ loads, most }).toEqual({ loads: 2, most: 1 });
  await cache.close();
});

test("while the store is out of reach, nobody shares a load that began before an invalidation here", async () => {
  const store = faultyStore();
  const cache = testCache({ store, failureThreshold: 1, maxProbePauseMs: 60_000 });
  store.fault = "fails";
  await cache.getOrSet("other", async () => 0);
  let row = "old";
  const { opened, open } = gate();
  const load = async (): Promise<string> => {
    const seen = row;
    await opened;
    return seen;
  };
  const before = cache.getOrSet("key", load, { tags });
  await settle();
  row = "new";
  expect(await cache.invalidate(tags)).toBe(false);
  const after = cache.getOrSet("key", load, { tags });
  await settle();
  open();
  expect([await before, await after]).toEqual(["old", "new"]);
  await cache.close();
});

test.each(["fails", "hangs"] as const)(
  "an invalidation while the store %s keeps the tag out of use until it is delivered",
  async (fault) => {
    const store = faultyStore();
    const cache = testCache({ store, failureThreshold: 100 });
    const other = testCache({ store });
    const read = (value: string, tag: string): Promise<string> =>
      cache.getOrSet(tag, async () => value, { tags: [tag] });
    await read("old", "posts");
    await read("old", "users");
    store.fault = fault;
    expect(await cache.invalidate(tags)).toBe(false);
    expect(cache.stats().pendingInvalidations).toBe(1);
    store.fault = "none";
    const reads = store.calls.read;
    expect(await read("new", "posts")).toBe("new");
    expect(store.calls.read).toBe(reads);
    expect(await read("new", "users")).toBe("old");
    await until(() => cache.stats().pendingInvalidations === 0);
    expect(await other.getOrSet("posts", async () => "new", { tags })).toBe("new");
    expect(await read("newer", "posts")).toBe("new");
  },
);

test("a tag that is invalidated once more while its delivery is under way is delivered once more", async () => {
  const store = faultyStore();
  const gates = [gate(), gate()];
  let delivery = 0;
  const cache = testCache({
    timeoutMs: 5_000,
    store: {
      ...store,
      async renew(keys) {
        await gates[delivery++]?.opened;
        return store.renew(keys);
      },
    },
  });
  const [first, second] = [cache.invalidate(tags), cache.invalidate(tags)];
  gates[0]?.open();
  expect(await first).toBe(true);
  expect(cache.stats().pendingInvalidations).toBe(1);
  expect((await cache.lookup({ key: "key", tags })).state).toBe("bypass");
  gates[1]?.open();
  expect(await second).toBe(true);
  expect(cache.stats().pendingInvalidations).toBe(0);
});

test("more undelivered tags than can be remembered make everything old", async () => {
  const store = faultyStore();
  const cache = testCache({ store, maxPendingTags: 3, failureThreshold: 100 });
  const read = (value: string): Promise<string> =>
    cache.getOrSet("untouched", async () => value, { tags: ["untouched"] });
  await read("old");
  store.fault = "fails";
  for (const tag of ["a", "b", "c"]) await cache.invalidate([tag]);
  store.fault = "none";
  expect(await read("new")).toBe("old");
  store.fault = "fails";
  await cache.invalidate(["d"]);
  store.fault = "none";
  expect(await read("new")).toBe("new");
  await until(() => cache.stats().pendingInvalidations === 0);
  expect(await read("newer")).toBe("newer");
});

test("a full store is read and invalidated as ever", async () => {
  const store = faultyStore();
  const cache = testCache({ store, failureThreshold: 2, maxProbePauseMs: 60_000 });
  await cache.getOrSet("kept", async () => "old", { tags });
  store.fault = "full";
  for (let index = 0; index < 10; index += 1) await cache.getOrSet(`key ${index}`, async () => index);
  expect(cache.stats().isOpen).toBe(false);
  expect(await cache.getOrSet("kept", async () => "new", { tags })).toBe("old");
  expect(await cache.invalidate(tags)).toBe(true);
  expect(await cache.getOrSet("kept", async () => "new", { tags })).toBe("new");
});

test("what is on its way to a store that does not answer is bounded, and nobody waits for it", async () => {
  const store = faultyStore();
  let writes = 0;
  const cache = testCache({
    store: {
      ...store,
      write: () => {
        writes += 1;
        return new Promise(() => {});
      },
    },
    maxPendingBytes: 10_000,
    timeoutMs: 60_000,
  });
  for (let index = 0; index < 100; index += 1) {
    await cache.fetch({ key: String(index) }, async () => ({ body: Buffer.alloc(1_000) }));
  }
  expect(writes).toBeGreaterThan(3);
  expect(writes).toBeLessThan(11);
});

test("a load that hangs is not joined for ever", async () => {
  const cache = testCache({ flightTimeoutMs: 20 });
  void cache.getOrSet("key", () => new Promise(() => {}));
  await settle();
  expect(cache.stats().flights).toBe(1);
  await until(() => cache.stats().flights === 0);
  expect(await cache.getOrSet("key", async () => "fine")).toBe("fine");
});

test("more loads than can be shared run unshared", async () => {
  const cache = testCache({ maxFlights: 1 });
  const { opened, open } = gate();
  let loads = 0;
  const load = async (): Promise<number> => {
    loads += 1;
    await opened;
    return loads;
  };
  const all = ["a", "a", "b", "b"].map((key) => cache.getOrSet(key, load));
  await settle();
  expect(cache.stats().flights).toBe(1);
  expect(loads).toBe(3);
  open();
  await Promise.all(all);
});

test("close delivers what it can and does not wait for a store that hangs", async () => {
  const store = faultyStore();
  const cache = testCache({ store, failureThreshold: 1, maxProbePauseMs: 60_000 });
  await cache.getOrSet("key", async () => "old", { tags });
  store.fault = "fails";
  await cache.invalidate(tags);
  store.fault = "none";
  await cache.close();
  expect(await testCache({ store }).getOrSet("key", async () => "new", { tags })).toBe("new");

  const hanging = testCache({ store, failureThreshold: 100 });
  store.fault = "hangs";
  await hanging.invalidate(tags);
  await hanging.close();
  expect(hanging.stats().pendingInvalidations).toBe(1);
});

test("what is loaded while the cache closes is answered and not kept", async () => {
  const store = faultyStore();
  const cache = testCache({ store });
  const { opened, open } = gate();
  const slow = cache.getOrSet("key", () => opened.then(() => "late"));
  await settle();
  await cache.close();
  open();
  expect(await slow).toBe("late");
  expect(store.calls.write).toBe(0);
});

test("an answer that waited while this process was busy is not taken for a failure", async () => {
  const store = faultyStore();
  const cache = testCache({
    store: { ...store, read: (...rest) => new Promise((resolve) => setImmediate(() => resolve(store.read(...rest)))) },
    failureThreshold: 1,
  });
  const answer = cache.getOrSet("key", async () => 1);
  const busyUntil = performance.now() + 60;
  while (performance.now() < busyUntil);
  await answer;
  expect(cache.stats()).toMatchObject({ isOpen: false, misses: 1 });
});
