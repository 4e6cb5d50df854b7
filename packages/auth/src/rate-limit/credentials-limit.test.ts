import { expect, test } from "vitest";
import { createCredentialsLimit } from "./credentials-limit.ts";
import { createRateLimiter } from "./rate-limiter.ts";

test("an address has 10 attempts in 60 seconds, whatever account they are for", async () => {
  const limit = createCredentialsLimit({ limiter: createRateLimiter() });
  const attempt = async (account: number): Promise<void> => {
    await limit.byAddress("token", "203.0.113.7");
    await limit.byAccount("token", `user-${account}@example.org`);
  };
  for (let index = 0; index < 10; index += 1) await attempt(index);
  await expect(attempt(10)).rejects.toMatchObject({ status: 429, headers: { "Retry-After": "60" } });
  expect(await limit.byAddress("token", "203.0.113.8")).toContain('"default";q=10;w=60');
  expect(await limit.byAddress("refresh", "203.0.113.7")).toContain('"default";r=9;t=60');
});

test("an account has its attempts from all addresses together, in whatever way it is written", async () => {
  const limiter = createRateLimiter();
  const limit = createCredentialsLimit({ limiter, limit: { maxRequests: 3, windowSeconds: 60 } });
  const spellings = ["ann@example.org", "Ann@Example.org", " ann@example.org ", "ａｎｎ@example.org"];
  const outcomes = [];
  for (const [index, account] of spellings.entries()) {
    await limit.byAddress("token", `203.0.113.${index}`);
    outcomes.push(await limit.byAccount("token", account).then(() => "allowed", String));
  }
  expect(outcomes).toEqual(["allowed", "allowed", "allowed", "AuthError: Rate limit exceeded"]);
  expect(await limit.byAccount("token", "bob@example.org")).toContain('"default";r=2;t=60');
});

test("the store is told no account's name, and no more of a long one", async () => {
  const keys: string[] = [];
  const limit = createCredentialsLimit({
    limiter: {
      async consume(key, { maxRequests, windowSeconds }) {
        keys.push(key);
        return { allowed: true, remaining: 1, resetSeconds: 1, maxRequests, windowSeconds };
      },
    },
  });
  await limit.byAccount("token", "ann@example.org");
  // One character that normalises to eighteen.
  await limit.byAccount("token", "\uFDFA".repeat(5_000));
  expect(keys.map((key) => key.length)).toEqual([79, 79]);
  expect(keys[0]).not.toContain("ann");
});
