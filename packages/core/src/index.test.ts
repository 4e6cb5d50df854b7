import { expect, test } from "vitest";
import * as core from "./index.ts";

test("the package exports exactly this", () => {
  expect(Object.keys(core).toSorted()).toEqual([
    "ShaperailError",
    "closeable",
    "isShaperailError",
    "noopLogger",
    "noopObserver",
    "systemClock",
    "toError",
    "withDeadline",
  ]);
});
