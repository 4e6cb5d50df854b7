import { expect, test } from "vitest";
import { findProblems } from "./find-problems.ts";
import type { Row } from "./rows.ts";
import type { Manifest, WorkspacePackage } from "./workspace.ts";

const rows: Row[] = [
  { title: "bottom", packages: ["low"] },
  { title: "middle", packages: ["left", "right"] },
  { title: "top", packages: ["app", "example"] },
];
const exports = { ".": "./src/index.ts", "./sub": "./src/sub.ts" };

/** A package `packages/<name>` that declares and imports what it is told. */
function pkg(
  name: string,
  {
    imports = [],
    file = "src/index.ts",
    folder = `packages/${name}`,
    ...manifest
  }: Partial<Manifest> & { imports?: string[]; file?: string; folder?: string } = {},
): WorkspacePackage {
  return { folder, manifest: { exports, ...manifest, name: `@shaperail/${name}` }, files: [{ path: file, imports }] };
}
const low = pkg("low");
const workspace = "workspace:^";

test("a downward import that is declared is fine, also of a subpath", () => {
  const left = pkg("left", {
    dependencies: { "@shaperail/low": workspace },
    imports: ["@shaperail/low", "@shaperail/low/sub", "node:fs", "./x.ts"],
  });
  expect(findProblems([low, left], rows)).toEqual([]);
});

test.each([
  {
    what: "a sideways dependency",
    from: "left",
    to: "right",
    kind: "dependencies",
    message: /left \(row 1\) depends sideways to @shaperail\/right/,
  },
  {
    what: "an upward dependency",
    from: "low",
    to: "left",
    kind: "dependencies",
    message: /low \(row 0\) depends up to @shaperail\/left/,
  },
  {
    what: "a sideways peer",
    from: "left",
    to: "right",
    kind: "peerDependencies",
    message: /sideways.*peerDependencies/,
  },
  {
    what: "a sideways devDependency",
    from: "left",
    to: "right",
    kind: "devDependencies",
    message: /sideways.*devDependencies/,
  },
])("$what is a problem", ({ from, to, kind, message }) => {
  const target = `@shaperail/${to}`;
  const source = pkg(from, { [kind]: { [target]: workspace }, imports: [target], file: "src/x.test.ts" });
  expect(findProblems([source, pkg(to)], rows)).toEqual([expect.stringMatching(message)]);
});

test("tooling may be a devDependency of every row, and may itself use every row", () => {
  const tool = pkg("tool", {
    folder: "tooling/tool",
    dependencies: { "@shaperail/left": workspace },
    imports: ["@shaperail/left"],
  });
  const left = pkg("left", {
    devDependencies: { "@shaperail/tool": workspace },
    imports: ["@shaperail/tool"],
    file: "src/x.test.ts",
  });
  expect(findProblems([tool, left], rows)).toEqual([]);
});

test("an app may depend on a sibling that only offers a command", () => {
  const command = pkg("app", { exports: { "./package.json": "./package.json" } });
  const example = pkg("example", { devDependencies: { "@shaperail/app": workspace } });
  expect(findProblems([command, example], rows)).toEqual([]);
});

test("a package without a row is a problem", () => {
  expect(findProblems([pkg("new")], rows)).toEqual([expect.stringContaining("@shaperail/new has no row")]);
});

test.each([
  { what: "an undeclared package", left: { imports: ["pg"] }, message: "imports pg, which is not declared" },
  {
    what: "a devDependency in published source",
    left: { imports: ["pg"], devDependencies: { pg: "catalog:" } },
    message: "imports pg, which is only a devDependency",
  },
  {
    what: "an undeclared workspace package",
    left: { imports: ["@shaperail/low"] },
    message: "@shaperail/low, which is not declared",
  },
  {
    what: "a path inside another package",
    left: { imports: ["@shaperail/low/src/x.ts"], dependencies: { "@shaperail/low": workspace } },
    message: "which @shaperail/low does not export",
  },
  {
    what: "a file of another package",
    left: { imports: ["../../low/src/index.ts"] },
    message: "packages/left/src/index.ts reaches into another package",
  },
])("importing $what is a problem", ({ left, message }) => {
  expect(findProblems([low, pkg("left", left)], rows)).toContainEqual(expect.stringContaining(message));
});

test("a test may import a devDependency, and a type test and a contract suite too", () => {
  for (const file of ["src/x.test.ts", "src/x.integration.test.ts", "src/x.test-d.ts", "src/testing.ts"]) {
    expect(
      findProblems([pkg("left", { imports: ["vitest"], devDependencies: { vitest: "catalog:" }, file })], rows),
    ).toEqual([]);
  }
});

test("a workspace package that is declared and imported nowhere is a problem", () => {
  const left = pkg("left", { dependencies: { "@shaperail/low": workspace } });
  expect(findProblems([low, left], rows)).toEqual([
    expect.stringContaining("declares @shaperail/low in dependencies and imports it nowhere"),
  ]);
});

test.each([
  { name: "pg", version: "^8.0.0", protocol: "catalog:" },
  { name: "@shaperail/low", version: "^1.0.0", protocol: "workspace:" },
])("$name at $version has to be written as $protocol", ({ name, version, protocol }) => {
  const left = pkg("left", { dependencies: { [name]: version }, imports: [name] });
  expect(findProblems([low, left], rows)).toEqual([expect.stringContaining(`write "${protocol}"`)]);
});

test("a third-party library with two owners is a problem; peers, development tools and tooling own nothing", () => {
  const pg = { pg: "catalog:" };
  const left = pkg("left", { dependencies: pg, imports: ["pg"] });
  const right = pkg("right", { dependencies: pg, imports: ["pg"] });
  expect(findProblems([left, right], rows)).toEqual([
    expect.stringContaining("pg has 2 owners: @shaperail/left, @shaperail/right"),
  ]);
  const peer = pkg("right", { peerDependencies: pg, devDependencies: pg, imports: ["pg"] });
  const tool = pkg("tool", { folder: "tooling/tool", dependencies: pg, imports: ["pg"] });
  expect(findProblems([left, peer, tool], rows)).toEqual([]);
});
