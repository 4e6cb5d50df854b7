import { expect, test } from "vitest";
import * as metrics from "./index.ts";

test("the package exports exactly this", () => {
  expect(Object.keys(metrics)).toEqual(["createMetrics"]);
});
