import { expect, test } from "vitest";
import * as services from "./index.ts";

test("the package exports what tests and benchmarks need, and nothing else", () => {
  expect(Object.keys(services).sort()).toEqual([
    "CHROMIUM_FLAGS",
    "createTestDatabase",
    "ensureChromium",
    "freePort",
    "openSqlClient",
    "promtool",
    "startFaultProxy",
    "startPgBouncer",
    "startPostgres",
    "startPrometheus",
    "startRedis",
    "temporaryDirectory",
    "testRedis",
  ]);
});
