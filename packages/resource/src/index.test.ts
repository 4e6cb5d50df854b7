import { expect, test } from "vitest";
import * as resource from "./index.ts";

test("the package exports exactly this", () => {
  expect(Object.keys(resource).toSorted()).toEqual([
    "RESOURCE_FEATURES",
    "RESOURCE_RULES",
    "ResourceError",
    "inactiveFeatures",
    "isNullable",
    "loadResources",
    "parseResource",
    "parseResources",
    "resourceJsonSchema",
  ]);
});
