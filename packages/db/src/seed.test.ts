import { expect, test } from "vitest";
import * as seed from "./seed.ts";

test("the subpath exports exactly what is listed here", () => {
  expect(Object.keys(seed).toSorted()).toEqual(["SeedError", "insertSeeds"]);
});
