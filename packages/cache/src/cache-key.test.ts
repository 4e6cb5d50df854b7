import { expect, test } from "vitest";
import { createCacheKeys } from "./cache-key.ts";

const keys = createCacheKeys({ prefix: "p:", version: "7" });

test("values carry the version, generations do not", () => {
  expect(keys.value("posts?page=1")).toBe("p:v:7:k:posts?page=1");
  expect(keys.generations(["posts"])).toEqual(["p:g:", "p:g:posts"]);
  expect(keys.generation("posts")).toBe("p:g:posts");
});

test("generations come sorted and once, behind the one of everything", () => {
  expect(keys.generations(["b", "a", "b"])).toEqual(["p:g:", "p:g:a", "p:g:b"]);
  expect(keys.generations([])).toEqual(["p:g:"]);
});

test("a long key becomes a digest, and a short key that looks like one is another", () => {
  const long = keys.value("x".repeat(201));
  expect(long).toMatch(/^p:v:7:h:[\w-]{43}$/);
  expect(keys.value(long.slice("p:v:7:".length))).not.toBe(long);
});
