import { expect, test } from "vitest";
import * as tracing from "./index.ts";

test("the package exports exactly this", () => {
  expect(Object.keys(tracing)).toEqual(["createTracing"]);
});
