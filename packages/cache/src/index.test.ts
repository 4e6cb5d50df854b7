import { expect, test } from "vitest";
import * as cache from "./index.ts";
import * as testing from "./testing.ts";

test("the package exports exactly this", () => {
  expect(Object.keys(cache).toSorted()).toEqual([
    "CacheError",
    "checkEviction",
    "createCache",
    "createMemoryStore",
    "createRedisFeed",
    "createRedisStore",
    "openRedis",
  ]);
  expect(Object.keys(testing)).toEqual(["cacheStoreContract"]);
});
