import type { Claims } from "./claims.ts";

/** A token that was verified, and until when that holds. */
export interface VerifiedToken {
  readonly claims: Claims;
  /** Milliseconds since 1970. */
  readonly validUntil: number;
}

/** The tokens that were verified lately. */
export interface VerifiedTokens {
  get(token: string): VerifiedToken | undefined;
  add(token: string, verified: VerifiedToken): void;
  delete(token: string): void;
  /** Drops what the predicate says, and returns how many those were. */
  forget(predicate: (claims: Claims) => boolean): number;
  readonly size: number;
}

/**
 * At most `maxEntries` tokens. The oldest goes first, unless it was used since it last could have gone (second chance):
 * nearly the choice of a least-recently-used list, for a look-up that moves nothing and costs half.
 *
 * The key is the token itself: a digest would double the cost of a look-up, and hides nothing from someone who reads this
 * process's memory, where the requests with their tokens are too. Only tokens that were genuine are ever added.
 */
export function createVerifiedTokens(maxEntries: number): VerifiedTokens {
  // A Map lists its keys in the order they were set.
  const entries = new Map<string, { readonly verified: VerifiedToken; isUsed: boolean }>();
  const evict = (): void => {
    for (const [token, entry] of entries) {
      entries.delete(token);
      if (!entry.isUsed) return;
      entries.set(token, { verified: entry.verified, isUsed: false });
    }
  };
  return {
    get(token) {
      const entry = entries.get(token);
      if (entry === undefined) return undefined;
      entry.isUsed = true;
      return entry.verified;
    },
    add(token, verified) {
      entries.set(token, { verified, isUsed: false });
      if (entries.size > maxEntries) evict();
    },
    delete: (token) => void entries.delete(token),
    forget(predicate) {
      const before = entries.size;
      for (const [token, { verified }] of entries) if (predicate(verified.claims)) entries.delete(token);
      return before - entries.size;
    },
    get size() {
      return entries.size;
    },
  };
}
