import { expect, test } from "vitest";
import { createPendingRenewals } from "./pending-renewals.ts";

const options = { maxKeys: 3, everything: "*" };

test("a key is blocked until it is settled, others are not", () => {
  const renewals = createPendingRenewals(options);
  renewals.begin(["a"]);
  expect([renewals.isBlocked(["*", "a"]), renewals.isBlocked(["*", "b"])]).toEqual([true, false]);
  renewals.settle(["a"], renewals.now());
  expect(renewals.isBlocked(["*", "a"])).toBe(false);
});

test("a key that was invalidated once more stays blocked", () => {
  const renewals = createPendingRenewals(options);
  renewals.begin(["a"]);
  const first = renewals.now();
  renewals.begin(["a"]);
  renewals.settle(["a"], first);
  expect(renewals.pending()).toEqual(["a"]);
});

test("a change is remembered after it was settled", () => {
  const renewals = createPendingRenewals(options);
  const before = renewals.now();
  renewals.begin(["a"]);
  renewals.settle(["a"], renewals.now());
  expect([renewals.changedSince(["a"], before), renewals.changedSince(["b"], before)]).toEqual([true, false]);
  expect(renewals.changedSince(["a"], renewals.now())).toBe(false);
});

test("more keys than fit are everything, until everything is settled", () => {
  const renewals = createPendingRenewals(options);
  const before = renewals.now();
  for (const key of ["a", "b", "c", "d"]) renewals.begin([key]);
  expect(renewals.pending()).toEqual(["*"]);
  expect(renewals.isBlocked(["*", "never seen"])).toBe(true);
  expect(renewals.changedSince(["*", "never seen"], before)).toBe(true);
  renewals.settle(["*"], renewals.now());
  expect(renewals.size).toBe(0);
});

test("changes that are forgotten count as changes of every key", () => {
  const renewals = createPendingRenewals(options);
  const before = renewals.now();
  for (const key of ["a", "b", "c", "d"]) {
    renewals.begin([key]);
    renewals.settle([key], renewals.now());
  }
  expect(renewals.changedSince(["never seen"], before)).toBe(true);
  expect(renewals.changedSince(["never seen"], renewals.now())).toBe(false);
});
