import { expect, test } from "vitest";
import { createMemoryStore } from "./memory-store.ts";
import { cacheStoreContract } from "./testing.ts";

test.each(cacheStoreContract())("memory: $name", async ({ run }) => {
  await expect(run(createMemoryStore())).resolves.toBeUndefined();
});

test("what was unused for longest goes when there is no room", async () => {
  const store = createMemoryStore({ maxEntries: 2 });
  await store.write("a", Buffer.from("a"), 1_000);
  await store.write("b", Buffer.from("b"), 1_000);
  await store.read("a", []);
  await store.write("c", Buffer.from("c"), 1_000);
  const found = await Promise.all(["a", "b", "c"].map(async (key) => (await store.read(key, [])).value?.toString()));
  expect(found).toEqual(["a", undefined, "c"]);
});

test("memory stays within its bytes, and one value alone cannot fill it", async () => {
  const store = createMemoryStore({ maxBytes: 10_000 });
  for (let index = 0; index < 100; index += 1) await store.write(`key-${index}`, Buffer.alloc(1_000), 1_000);
  await store.write("huge", Buffer.alloc(10_001), 1_000);
  const readings = await Promise.all(Array.from({ length: 100 }, (_, index) => store.read(`key-${index}`, [])));
  const kept = readings.filter(({ value }) => value !== undefined).length;
  expect(kept).toBeGreaterThan(5);
  expect(kept).toBeLessThan(10);
  expect((await store.read("huge", [])).value).toBeUndefined();
});

test("time is the clock's", async () => {
  let now = 0;
  const store = createMemoryStore({ clock: () => now });
  await store.write("a", Buffer.from("a"), 1_000);
  now = 999;
  expect((await store.read("a", [])).value).toBeDefined();
  now = 1_000;
  expect((await store.read("a", [])).value).toBeUndefined();
});
