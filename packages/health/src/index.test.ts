import { expect, test } from "vitest";
import * as health from "./index.ts";

test("the package exports exactly this", () => {
  expect(Object.keys(health).toSorted()).toEqual(["createHealth"]);
});
