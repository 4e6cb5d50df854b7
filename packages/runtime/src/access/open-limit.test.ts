import { noopLogger } from "@shaperail/core";
import { expect, test } from "vitest";
import type { OpenRedis } from "../open-redis.ts";
import { openRateLimiter } from "./open-limit.ts";

test("requests that Redis does not count are allowed, and counted as errors", async () => {
  const counted: string[] = [];
  const refuse = async (): Promise<never> => {
    throw new Error("Redis is away.");
  };
  const openRedis = (async () => ({ client: { evalsha: refuse, eval: refuse } })) as unknown as OpenRedis;
  const limiter = await openRateLimiter({
    openRedis,
    logger: noopLogger,
    countError: (errorType) => void counted.push(errorType),
  });
  const limit = { maxRequests: 2, windowSeconds: 60 };
  const allowed = [];
  for (let index = 0; index < 3; index += 1) allowed.push((await limiter.consume("key", limit)).allowed);
  expect(allowed).toEqual([true, true, false]);
  expect(counted).toEqual(Array.from({ length: 3 }, () => "rate_limit_store"));
});
