import { expect, test } from "vitest";
import { selectSteps, STEPS } from "./steps.mjs";

test("without arguments every step runs", () => {
  expect(selectSteps([])).toEqual(STEPS);
});

test("--quick runs lint, format, graph, types and unit tests", () => {
  expect(selectSteps(["--quick"]).map(({ name }) => name)).toEqual(["lint", "format", "graph", "types", "unit"]);
});

test("names select steps, in their own order", () => {
  expect(selectSteps(["unit", "lint"]).map(({ name }) => name)).toEqual(["lint", "unit"]);
});

test("an unknown name says which names there are", () => {
  expect(() => selectSteps(["unti"])).toThrow(/unti.*unit/);
});

test("every step has a bound, and all bounds together stay at forty minutes", () => {
  const total = STEPS.reduce((sum, step) => sum + step.timeoutSeconds, 0);
  expect(STEPS.every((step) => step.timeoutSeconds > 0)).toBe(true);
  expect(total).toBeLessThanOrEqual(40 * 60);
});
