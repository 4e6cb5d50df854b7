import { expect, test } from "vitest";
import { createLimit } from "./limit.ts";
import type { RateLimit } from "./rate-limit-store.ts";
import { createRateLimiter } from "./rate-limiter.ts";

interface Request {
  readonly address: string;
}
const addressOf = ({ address }: Request): string => address;
const alice = { sub: "alice", role: "member", tenantId: undefined };
const once = { maxRequests: 1, windowSeconds: 60 };
const call = { resource: "posts", action: "list", limit: once, subject: undefined };
const here = { address: "203.0.113.7" };

function limitWith(defaultLimit?: RateLimit): ReturnType<typeof createLimit<Request>> {
  return createLimit({ limiter: createRateLimiter(), defaultLimit, addressOf });
}

test("an allowed request gets the two headers", async () => {
  expect(await limitWith()(here, call)).toEqual([
    "RateLimit",
    '"default";r=0;t=60',
    "RateLimit-Policy",
    '"default";q=1;w=60',
  ]);
});

test("one too many is refused with when to come back, and names nobody", async () => {
  const limit = limitWith();
  await limit(here, { ...call, subject: alice });
  await expect(limit(here, { ...call, subject: alice })).rejects.toMatchObject({
    name: "AuthError",
    code: "AUTH_RATE_LIMITED",
    status: 429,
    message: "Rate limit exceeded",
    reason: "more than 1 requests in 60 s",
    headers: {
      RateLimit: '"default";r=0;t=60',
      "RateLimit-Policy": '"default";q=1;w=60',
      "Retry-After": "60",
    },
  });
});

test.each([
  { what: "the same address", exchange: here, change: {}, isRefused: true },
  { what: "another address", exchange: { address: "203.0.113.8" }, change: {}, isRefused: false },
  { what: "the same address, signed in", exchange: here, change: { subject: alice }, isRefused: false },
  { what: "another action", exchange: here, change: { action: "get" }, isRefused: false },
  { what: "another resource", exchange: here, change: { resource: "comments" }, isRefused: false },
])("after a request from one address, $what is refused: $isRefused", async ({ exchange, change, isRefused }) => {
  const limit = limitWith();
  await limit(here, call);
  const outcome = await Promise.resolve(limit(exchange, { ...call, ...change })).then(
    () => false,
    () => true,
  );
  expect(outcome).toBe(isRefused);
});

test("a user is one caller from every address", async () => {
  const limit = limitWith();
  await limit(here, { ...call, subject: alice });
  await expect(limit({ address: "203.0.113.8" }, { ...call, subject: alice })).rejects.toThrow("Rate limit exceeded");
});

test("without a limit there is nothing to wait for; the default is for endpoints without one of their own", async () => {
  expect(limitWith()(here, { ...call, limit: undefined })).toEqual([]);
  const limit = limitWith({ maxRequests: 5, windowSeconds: 10 });
  expect(await limit(here, { ...call, limit: undefined })).toContain('"default";q=5;w=10');
  expect(await limit(here, { ...call, action: "get" })).toContain('"default";q=1;w=60');
});
