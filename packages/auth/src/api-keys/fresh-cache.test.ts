import { expect, test } from "vitest";
import { createFreshCache } from "./fresh-cache.ts";

test("a value is there until its time has come", () => {
  let time = 0;
  const cache = createFreshCache<string>({ max: 10, clock: () => time });
  cache.set("a", "A", 100);
  time = 99;
  expect(cache.get("a")).toBe("A");
  time = 100;
  expect(cache.get("a")).toBeUndefined();
  expect(cache.size).toBe(0);
  cache.set("late", "L", 100);
  expect(cache.size).toBe(0);
});

test("the least recently used goes when there are too many", () => {
  const cache = createFreshCache<string>({ max: 2, clock: () => 0 });
  for (const key of ["a", "b"]) cache.set(key, key, 1);
  cache.get("a");
  cache.set("c", "c", 1);
  expect(["a", "b", "c"].map((key) => cache.get(key))).toEqual(["a", undefined, "c"]);
  cache.delete("a");
  expect([cache.get("a"), cache.size]).toEqual([undefined, 1]);
});

test("with no room nothing is kept", () => {
  const cache = createFreshCache<string>({ max: 0, clock: () => 0 });
  cache.set("a", "A", 1);
  expect(cache.get("a")).toBeUndefined();
});
