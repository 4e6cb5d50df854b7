import { timingSafeEqual } from "node:crypto";
import { type Clock, type Closeable, closeable, type Logger } from "@shaperail/core";
import { AuthError } from "../errors.ts";
import { digestOf } from "../internal/opaque-token.ts";
import { UNAUTHORIZED_MESSAGE } from "../refusal.ts";
import type { SqlRunner } from "../sql-runner.ts";
import type { Subject } from "../subject.ts";
import { isApiKey } from "./api-key.ts";
import { FIND_KEY } from "./api-key-sql.ts";
import { createFreshCache } from "./fresh-cache.ts";
import { createLastUse, type UsedKey } from "./last-use.ts";

/** Who sends a key. */
export interface ApiKeySubject extends Subject {
  readonly keyId: string;
}

/** Knows for a short time whose key it is, and asks the database otherwise. */
export interface KeyLookup extends Closeable {
  verify(key: string): ApiKeySubject | Promise<ApiKeySubject>;
  /** The key with this hash was revoked. */
  forget(hash: string): void;
}

export interface KeyLookupOptions {
  readonly runner: SqlRunner;
  readonly cacheSeconds: number;
  readonly cacheSize: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface KnownKey extends UsedKey {
  readonly subject: ApiKeySubject;
}

export function createKeyLookup({ runner, cacheSeconds, cacheSize, clock, logger }: KeyLookupOptions): KeyLookup {
  // Two of them, so that somebody who sends many bad keys does not push out the good ones.
  const good = createFreshCache<KnownKey>({ max: cacheSize, clock });
  const bad = createFreshCache<true>({ max: cacheSize, clock });
  const flights = new Map<string, Promise<ApiKeySubject>>();
  const lastUse = createLastUse({ runner, clock, logger });
  let generation = 0;

  async function ask(digest: Buffer, hash: string): Promise<ApiKeySubject> {
    // Counted from the question: what is revoked while it is under way is refused no later for that.
    const freshUntil = clock() + cacheSeconds * 1_000;
    const askedIn = generation;
    const [row] = (await runner.run(FIND_KEY, [hash])).rows;
    const [keyId, storedHash, sub, role, tenantId, expiresAt = null, lastUsedAt] = row ?? [];
    if (!timingSafeEqual(digest, Buffer.from(storedHash ?? NO_HASH, "hex"))) {
      bad.set(hash, true, freshUntil);
      throw refuseKey(UNKNOWN);
    }
    const subject = { sub: String(sub), role: String(role), tenantId: tenantId ?? undefined, keyId: String(keyId) };
    const known = { subject, keyId: subject.keyId, writtenAt: Number(lastUsedAt ?? 0) };
    const endsAt = expiresAt === null ? freshUntil : Math.min(freshUntil, Number(expiresAt));
    if (askedIn === generation) good.set(hash, known, endsAt);
    lastUse.note(known);
    return subject;
  }

  return {
    verify(key) {
      const digest = digestOf(key);
      const hash = digest.toString("hex");
      const known = good.get(hash);
      if (known !== undefined) {
        lastUse.note(known);
        return known.subject;
      }
      if (!isApiKey(key)) throw refuseKey("not an API key");
      if (bad.get(hash)) throw refuseKey(UNKNOWN);
      const running = flights.get(hash);
      if (running !== undefined) return running;
      const flight = ask(digest, hash).finally(() => flights.delete(hash));
      flights.set(hash, flight);
      return flight;
    },
    forget(hash) {
      generation += 1;
      good.delete(hash);
    },
    ...closeable(() => lastUse.close()),
  };
}

const UNKNOWN = "unknown, expired or revoked API key";
/** Compared when there is no such key, so that both cases do the same work. No text has it as its SHA-256. */
const NO_HASH = "00".repeat(32);

function refuseKey(reason: string): AuthError {
  const headers = { "WWW-Authenticate": "ApiKey" };
  return new AuthError(UNAUTHORIZED_MESSAGE, { code: "AUTH_API_KEY_INVALID", reason, headers });
}
