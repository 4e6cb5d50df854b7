import { afterAll, beforeAll, expect, test } from "vitest";
import { KITCHEN_SINK } from "./projects.ts";
import { describeFindings, untried } from "./report.ts";
import { requestsOf, seedOf } from "./seed.ts";
import { type RunningProject, startProject } from "./start-project.ts";
import { walk } from "./walk.ts";

let running: RunningProject;
beforeAll(async () => {
  running = await startProject(KITCHEN_SINK);
});
afterAll(() => running[Symbol.asyncDispose]());

test("a project with every key of the format answers as its document says", { timeout: 600_000 }, async () => {
  const { url, document, project } = running;
  const seed = seedOf(process.env);
  const report = await walk({
    url,
    document,
    resources: project.resources,
    seed,
    requests: requestsOf(process.env, 130),
  });
  expect(describeFindings(report, seed)).toBe("");
  expect(untried(report, document)).toEqual([]);
  expect(report.requests).toBeGreaterThan(7_000);
});
