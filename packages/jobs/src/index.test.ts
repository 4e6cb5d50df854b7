import { expect, test } from "vitest";
import * as jobs from "./index.ts";

test("the package exports exactly this", () => {
  expect(Object.keys(jobs).toSorted()).toEqual([
    "JobsError",
    "createQueue",
    "createWorker",
    "defineJob",
    "migrateJobs",
  ]);
});
