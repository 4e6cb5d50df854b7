import { expect, test } from "vitest";
import * as runtime from "./index.ts";

test("the package exports exactly this", () => {
  expect(Object.keys(runtime).toSorted()).toEqual([
    "JOBS_FOLDER",
    "ProjectError",
    "RESOURCE_FOLDER",
    "RuntimeError",
    "createRuntime",
    "createWorkerLink",
    "describeApi",
    "describeRelease",
    "exitOnCrash",
    "jobsBackend",
    "loadJobs",
    "loadProject",
    "migrateJobs",
    "needsOutbox",
    "openJobQueue",
    "runUntilSignal",
  ]);
});
