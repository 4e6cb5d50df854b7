import fc from "fast-check";
import { expect, test } from "vitest";
import { createLru } from "./lru.ts";

test("reading counts as use", () => {
  const lru = createLru<number>({ maxEntries: 2, maxBytes: 10_000 });
  lru.set("a", 1, 0);
  lru.set("b", 2, 0);
  expect(lru.get("a")).toBe(1);
  lru.set("c", 3, 0);
  expect([lru.get("a"), lru.get("b"), lru.get("c")]).toEqual([1, undefined, 3]);
});

test("a value that alone is too large is not kept, and replaces none but its own", () => {
  const lru = createLru<number>({ maxEntries: 10, maxBytes: 1_000 });
  lru.set("a", 1, 100);
  lru.set("b", 2, 100);
  expect(lru.set("a", 3, 1_000)).toBe(false);
  expect([lru.get("a"), lru.get("b")]).toEqual([undefined, 2]);
});

test("whatever happens, it is within its limits and counts right", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("set" as const), key: fc.nat(20), bytes: fc.nat(600) }),
    fc.record({ kind: fc.constant("delete" as const), key: fc.nat(20), bytes: fc.constant(0) }),
    fc.record({ kind: fc.constant("get" as const), key: fc.nat(20), bytes: fc.constant(0) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const lru = createLru<number>({ maxEntries: 8, maxBytes: 2_000 });
      for (const { kind, key, bytes } of steps) {
        if (kind === "set") lru.set(String(key), bytes, bytes);
        if (kind === "delete") lru.delete(String(key));
        if (kind === "get") lru.get(String(key));
        expect(lru.size).toBeLessThanOrEqual(8);
        expect(lru.bytes).toBeLessThanOrEqual(2_000);
      }
      lru.clear();
      expect([lru.size, lru.bytes]).toEqual([0, 0]);
    }),
  );
});
