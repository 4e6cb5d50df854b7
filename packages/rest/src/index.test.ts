import { expect, test } from "vitest";
import * as rest from "./index.ts";

test("the package exports exactly this", () => {
  expect(Object.keys(rest).toSorted()).toEqual(["RestError", "checkFunctions", "createRestRoutes"]);
});
