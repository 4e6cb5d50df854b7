import { createHash } from "node:crypto";
import type { RateLimitStore, RateLimitUsage } from "./rate-limit-store.ts";

/** The two commands that are used of a Redis client; one of ioredis fits. */
export interface RedisScripts {
  evalsha(sha: string, numberOfKeys: number, ...keysAndArguments: (string | number)[]): Promise<unknown>;
  eval(script: string, numberOfKeys: number, ...keysAndArguments: (string | number)[]): Promise<unknown>;
}

/** What {@link createRedisRateLimitStore} needs. */
export interface RedisRateLimitStoreOptions {
  /** An open client, which stays the caller's to close. */
  readonly client: RedisScripts;
}

/**
 * One list of times per key, oldest first. The time is Redis's own, so clocks of several processes need not agree.
 *
 * The times have to ascend, hence a Redis whose clock was set back counts on from the last one; unless that is further
 * off than a window, which would refuse everything until then.
 */
const SCRIPT = `
local key, limit, window = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local last = tonumber(redis.call("LINDEX", key, -1) or 0)
if last > now + window then redis.call("DEL", key) elseif last > now then now = last end

local count = redis.call("LLEN", key)
local from, to = 0, count
while from < to do
  local middle = math.floor((from + to) / 2)
  if tonumber(redis.call("LINDEX", key, middle)) > now - window then to = middle else from = middle + 1 end
end
if from > 0 then redis.call("LTRIM", key, from, -1) end
count = count - from

local allowed = 0
if count < limit then
  allowed = 1
  count = redis.call("RPUSH", key, string.format("%.0f", now))
  redis.call("PEXPIRE", key, ARGV[2])
end
local next = tonumber(redis.call("LINDEX", key, math.max(count - limit, 0)))
return { allowed, math.max(limit - count, 0), next + window - now }
`;
const SHA = createHash("sha1").update(SCRIPT).digest("hex");

/** Counts the requests of all processes that use one Redis (7.0 or later, or Valkey), one round trip each. */
export function createRedisRateLimitStore({ client }: RedisRateLimitStoreOptions): RateLimitStore {
  return {
    async consume(key, { maxRequests, windowSeconds }) {
      const words = [1, key, maxRequests, windowSeconds * 1_000] as const;
      try {
        return toUsage(await client.evalsha(SHA, ...words));
      } catch (error) {
        // A Redis that was started anew does not know the script yet.
        if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
        return toUsage(await client.eval(SCRIPT, ...words));
      }
    },
  };
}

function toUsage(reply: unknown): RateLimitUsage {
  const [allowed, remaining, resetMs] = Array.isArray(reply) ? reply.map(Number) : [];
  if (remaining === undefined || resetMs === undefined) throw new TypeError("Redis answered something else.");
  return { allowed: allowed === 1, remaining, resetMs };
}
