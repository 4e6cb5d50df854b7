import type { RateLimitResult } from "./rate-limiter.ts";

/**
 * The response headers of a result, as name, value, name, value, …: what remains, the policy, and for a refused request
 * when to come back.
 *
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ (draft 10)
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function rateLimitHeaders({
  allowed,
  remaining,
  resetSeconds,
  maxRequests,
  windowSeconds,
}: RateLimitResult): readonly string[] {
  return [
    "RateLimit",
    `"default";r=${remaining};t=${resetSeconds}`,
    "RateLimit-Policy",
    `"default";q=${maxRequests};w=${windowSeconds}`,
    ...(allowed ? [] : ["Retry-After", String(resetSeconds)]),
  ];
}
