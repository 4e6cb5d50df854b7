import { digestOf } from "../internal/opaque-token.ts";
import { headersOrRefusal } from "./limit.ts";
import { rateLimitKey } from "./rate-limit-key.ts";
import type { RateLimit } from "./rate-limit-store.ts";
import type { RateLimiter } from "./rate-limiter.ts";

/** What {@link createCredentialsLimit} needs. */
export interface CredentialsLimitOptions {
  readonly limiter: RateLimiter;
  /**
   * For each address, and for each account besides.
   * @default 10 requests in 60 seconds
   */
  readonly limit?: RateLimit;
}

/**
 * Counts attempts to get a token. Both answer with response headers as name, value, name, value, ….
 *
 * Every attempt counts for its address. An account named in a body is the attacker's choice, so counting it comes on
 * top, against those who guess from many addresses, and never in place of the address.
 */
export interface CredentialsLimit {
  /**
   * Counts an attempt from a client's address; `action` is `token`, `refresh` or `logout`.
   * @throws AuthError `AUTH_RATE_LIMITED` with the same headers and `Retry-After`, when it is one too many.
   */
  byAddress(action: string, address: string | undefined): Promise<readonly string[]>;
  /**
   * Counts an attempt for an account; the case of its letters and spaces around it make no difference.
   * @throws AuthError `AUTH_RATE_LIMITED` with the same headers and `Retry-After`, when it is one too many.
   */
  byAccount(action: string, account: string): Promise<readonly string[]>;
}

/** Slows the guessing of passwords and refresh tokens down. */
export function createCredentialsLimit({
  limiter,
  limit = { maxRequests: 10, windowSeconds: 60 },
}: CredentialsLimitOptions): CredentialsLimit {
  const count = async (key: string): Promise<readonly string[]> => headersOrRefusal(await limiter.consume(key, limit));
  return {
    byAddress: (action, address) => count(rateLimitKey({ resource: "auth", action, subject: undefined, address })),
    // Its digest: a name may be as long as a body, and is nothing that a store of counts should know.
    byAccount: (action, account) =>
      count(`shaperail:ratelimit:auth:${action}:user:${digestOf(fold(account)).toString("base64url")}`),
  };
}

/** One spelling for what most user tables take for the same name. */
function fold(account: string): string {
  return account.normalize("NFKC").trim().toLowerCase();
}
