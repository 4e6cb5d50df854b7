import { expect, test } from "vitest";
import * as openapi from "./index.ts";

test("the package exports exactly this", () => {
  expect(Object.keys(openapi).toSorted((left, right) => (left < right ? -1 : 1))).toEqual([
    "createOpenApiDocument",
    "createTypeScriptClient",
    "docsPage",
    "renderOpenApi",
  ]);
});
