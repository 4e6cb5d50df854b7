import { expect, test } from "vitest";
import * as metrics from "./index.ts";

test("the package exports exactly this", () => {
  expect(Object.keys(metrics).toSorted()).toEqual(["createMetrics", "cumulativeOf", "mergeSnapshots"]);
});
