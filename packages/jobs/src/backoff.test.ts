import fc from "fast-check";
import { expect, test } from "vitest";
import { pauseAfter } from "./backoff.ts";

const error = new Error("no");
const unlucky = { error, random: () => 0 };

test.each([
  { attempt: 1, pause: 2_000 },
  { attempt: 2, pause: 4_000 },
  { attempt: 3, pause: 8_000 },
  { attempt: 12, pause: 3_600_000 },
  { attempt: 2_000, pause: 3_600_000 },
])("by default the pause after attempt $attempt is $pause ms, before chance", ({ attempt, pause }) => {
  expect(pauseAfter({}, { ...unlucky, attempt })).toBe(pause);
});

test("chance makes a pause shorter, by no more than jitter, and never longer", () => {
  const chance = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), chance, chance, (attempt, jitter, luck) => {
      const full = Number(pauseAfter({ jitter: 0 }, { attempt, error }));
      const pause = Number(pauseAfter({ jitter }, { attempt, error, random: () => luck }));
      expect(pause).toBeLessThanOrEqual(full);
      expect(pause).toBeGreaterThanOrEqual(Math.floor(full * (1 - jitter)));
    }),
  );
});

test.each([
  { says: 1_500.4, pause: 1_500 },
  { says: -3, pause: 0 },
  { says: "give-up" as const, pause: "give-up" },
])("a function that says $says means $pause", ({ says, pause }) => {
  expect(pauseAfter(() => says, { attempt: 1, error })).toBe(pause);
});
