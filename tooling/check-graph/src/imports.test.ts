import { expect, test } from "vitest";
import { importedModules, packageNameOf } from "./imports.ts";

test.each([
  ['import { a } from "one";', ["one"]],
  ['import type { A } from "one";', ["one"]],
  ['import "one";', ["one"]],
  ['import {\n  a,\n  b,\n} from "one";', ["one"]],
  ['export { a } from "one"; export * from "two";', ["one", "two"]],
  ['const a = await import("one");', ["one"]],
  ["const a = await import(name);", []],
  ['// import "one";\n/* import "two"; */', []],
  ['const text = `import "one";`; const other = \'import "two";\';', []],
])("%s names %j", (code, modules) => {
  expect(importedModules("x.ts", code)).toEqual(modules);
});

test("a file that cannot be parsed is named", () => {
  expect(() => importedModules("broken.ts", "const = ;")).toThrow("broken.ts");
});

test.each([
  ["pg", "pg"],
  ["pg/lib/client.js", "pg"],
  ["@shaperail/db/migrate", "@shaperail/db"],
  ["./x.ts", undefined],
  ["node:fs", undefined],
])("%s belongs to %s", (module, name) => {
  expect(packageNameOf(module)).toBe(name);
});
