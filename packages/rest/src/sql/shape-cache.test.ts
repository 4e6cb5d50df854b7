import { expect, test } from "vitest";
import { createShapeCache } from "./shape-cache.ts";

test("a shape is compiled once", () => {
  const cache = createShapeCache<object>();
  const first = cache.get("a", () => ({}));
  expect(cache.get("a", () => ({}))).toBe(first);
});

test("beyond 256 shapes a new one is compiled each time and not kept", () => {
  const cache = createShapeCache<number>();
  const kept: boolean[] = [];
  const compile = (isKept: boolean): number => kept.push(isKept);
  for (let shape = 0; shape < 256; shape += 1) cache.get(String(shape), compile);
  expect(kept.every(Boolean)).toBe(true);
  cache.get("new", compile);
  cache.get("new", compile);
  cache.get("0", compile);
  expect(kept.slice(256)).toEqual([false, false]);
});

test("undefined is no value to keep", () => {
  const cache = createShapeCache<string | undefined>();
  expect(cache.get("a", () => undefined)).toBeUndefined();
  expect(cache.get("a", () => "later")).toBe("later");
});
