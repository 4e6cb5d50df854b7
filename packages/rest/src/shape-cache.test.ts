import { expect, test } from "vitest";
import { createShapeCache } from "./shape-cache.ts";

test("a shape is compiled once", () => {
  const compiled: string[] = [];
  const cache = createShapeCache((shape) => {
    compiled.push(shape);
    return { shape };
  });
  expect(cache.get("a")).toBe(cache.get("a"));
  expect(compiled).toEqual(["a"]);
});

test("beyond 256 shapes the one unused for longest is forgotten", () => {
  let compilations = 0;
  const cache = createShapeCache(() => (compilations += 1));
  for (let shape = 0; shape < 256; shape += 1) cache.get(String(shape));
  cache.get("0");
  cache.get("new");
  expect(compilations).toBe(257);
  cache.get("0");
  expect(compilations).toBe(257);
  cache.get("1");
  expect(compilations).toBe(258);
});
