import { expect, test } from "vitest";
import { planRestart } from "./restart-policy.ts";

test.each([
  { crashes: [1_000], decision: { kind: "restart", pauseMs: 100 } },
  { crashes: [998, 999, 1_000], decision: { kind: "restart", pauseMs: 400 } },
  { crashes: [1, 2, 3, 4, 5, 6, 7, 1_000], decision: { kind: "restart", pauseMs: 10_000 } },
  { crashes: [1, 2, 3, 4, 5, 6, 7, 8, 1_000], decision: { kind: "give-up" } },
  { crashes: [-70_000, -65_000, -60_000, 1_000], decision: { kind: "restart", pauseMs: 100 } },
])("after crashes at $crashes: $decision", ({ crashes, decision }) => {
  expect(planRestart(crashes, 1_000)).toEqual(decision);
});
