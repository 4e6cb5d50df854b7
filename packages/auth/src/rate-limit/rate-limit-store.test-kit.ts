import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { RateLimitStore } from "./rate-limit-store.ts";

/** What every store promises. `make` gives a store and a key that nobody has used. */
export function describeRateLimitStore(
  name: string,
  make: () => { readonly store: RateLimitStore; readonly key: string },
): void {
  describe(`the ${name} store`, () => {
    test("allows as many requests as the limit, says what remains, and refuses the rest", async () => {
      const { store, key } = make();
      const limit = { maxRequests: 3, windowSeconds: 60 };
      const usages = [];
      for (let index = 0; index < 5; index += 1) usages.push(await store.consume(key, limit));
      expect(usages.map(({ allowed, remaining }) => [allowed, remaining])).toEqual([
        [true, 2],
        [true, 1],
        [true, 0],
        [false, 0],
        [false, 0],
      ]);
      for (const { resetMs } of usages) {
        expect(resetMs).toBeGreaterThan(0);
        expect(resetMs).toBeLessThanOrEqual(60_000);
      }
    });

    test("allows exactly the limit of 100 requests at once", async () => {
      const { store, key } = make();
      const limit = { maxRequests: 37, windowSeconds: 60 };
      const usages = await Promise.all(Array.from({ length: 100 }, () => store.consume(key, limit)));
      expect(usages.filter(({ allowed }) => allowed)).toHaveLength(37);
      expect(Math.min(...usages.map(({ remaining }) => remaining))).toBe(0);
    });

    test("counts every key for itself", async () => {
      const { store, key } = make();
      const limit = { maxRequests: 1, windowSeconds: 60 };
      await store.consume(key, limit);
      expect(await store.consume(`${key}:other`, limit)).toMatchObject({ allowed: true });
      expect(await store.consume(key, limit)).toMatchObject({ allowed: false });
    });

    test("lets a caller in again when the window is over, even one who never stopped trying", async () => {
      const { store, key } = make();
      const limit = { maxRequests: 1, windowSeconds: 0.3 };
      await store.consume(key, limit);
      const refused = await store.consume(key, limit);
      expect(refused.allowed).toBe(false);
      const startedAt = performance.now();
      while (!(await store.consume(key, limit)).allowed) {
        expect(performance.now() - startedAt).toBeLessThan(20_000);
        await sleep(5);
      }
    });

    test("the window slides: the next request waits for the oldest to be a window ago", async () => {
      const { store, key } = make();
      const limit = { maxRequests: 2, windowSeconds: 60 };
      await store.consume(key, limit);
      await sleep(200);
      await store.consume(key, limit);
      const { allowed, resetMs } = await store.consume(key, limit);
      expect(allowed).toBe(false);
      expect(resetMs).toBeGreaterThan(0);
      expect(resetMs).toBeLessThanOrEqual(59_850);
    });

    test("a changed limit applies to what is counted already", async () => {
      const { store, key } = make();
      for (let index = 0; index < 5; index += 1) await store.consume(key, { maxRequests: 5, windowSeconds: 60 });
      expect(await store.consume(key, { maxRequests: 2, windowSeconds: 60 })).toMatchObject({ remaining: 0 });
      expect(await store.consume(key, { maxRequests: 7, windowSeconds: 60 })).toMatchObject({
        allowed: true,
        remaining: 1,
      });
      await sleep(20);
      expect(await store.consume(key, { maxRequests: 1, windowSeconds: 0.01 })).toMatchObject({ allowed: true });
    });
  });
}
