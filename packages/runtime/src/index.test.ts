import { expect, test } from "vitest";
import * as runtime from "./index.ts";

test("the package exports exactly this", () => {
  expect(Object.keys(runtime).toSorted()).toEqual([
    "ProjectError",
    "RESOURCE_FOLDER",
    "RuntimeError",
    "createRuntime",
    "describeApi",
    "describeRelease",
    "exitOnCrash",
    "loadProject",
    "runUntilSignal",
  ]);
});
