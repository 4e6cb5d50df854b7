import { expect, test } from "vitest";
import { rateLimitHeaders } from "./rate-limit-headers.ts";

test.each([
  {
    result: { allowed: true, remaining: 99, resetSeconds: 60, maxRequests: 100, windowSeconds: 60 },
    headers: ["RateLimit", '"default";r=99;t=60', "RateLimit-Policy", '"default";q=100;w=60'],
  },
  {
    result: { allowed: true, remaining: 0, resetSeconds: 1, maxRequests: 1, windowSeconds: 3_600 },
    headers: ["RateLimit", '"default";r=0;t=1', "RateLimit-Policy", '"default";q=1;w=3600'],
  },
  {
    result: { allowed: false, remaining: 0, resetSeconds: 7, maxRequests: 10, windowSeconds: 60 },
    headers: ["RateLimit", '"default";r=0;t=7', "RateLimit-Policy", '"default";q=10;w=60', "Retry-After", "7"],
  },
])("$result is said in $headers.1", ({ result, headers }) => {
  expect(rateLimitHeaders(result)).toEqual(headers);
});
