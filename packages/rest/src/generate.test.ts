import { expect, test } from "vitest";
import * as generate from "./generate.ts";

test("the subpath ./generate exports exactly this", () => {
  expect(Object.keys(generate).toSorted()).toEqual(["generateJobStubs", "generateStubs", "generateTypes"]);
});
