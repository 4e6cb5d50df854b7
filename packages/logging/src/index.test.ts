import { expect, test } from "vitest";
import * as logging from "./index.ts";

test("the package exports exactly this", () => {
  expect(Object.keys(logging).toSorted()).toEqual([
    "LoggingError",
    "createLogger",
    "logContext",
    "parseLogFilter",
    "runWithLogContext",
  ]);
});
