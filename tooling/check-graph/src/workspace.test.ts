import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { drawDiagram } from "./diagram.ts";
import { findProblems } from "./find-problems.ts";
import { readWorkspace } from "./workspace.ts";

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

test("a tree that follows the plan has no problems", () => {
  expect(findProblems(readWorkspace(fixture("good")))).toEqual([]);
});

test("a tree that does not is found out, place by place", () => {
  expect(findProblems(readWorkspace(fixture("bad")))).toEqual([
    "@shaperail/db (row 2) depends sideways to @shaperail/health (row 2) in dependencies.",
    '@shaperail/db asks for pg ^8.0.0; write "catalog:" and keep versions in pnpm-workspace.yaml.',
    "packages/health/src/index.ts imports @shaperail/core, which is not declared in its package.json.",
  ]);
});

test("the diagram shows the packages that exist, top row first", () => {
  const names = new Set(readWorkspace(fixture("good")).map(({ manifest }) => manifest.name));
  expect(drawDiagram(names)).toBe("row 2  capability  health\nrow 0  kernel      core");
});
