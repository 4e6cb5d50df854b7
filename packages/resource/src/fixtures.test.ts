import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { hasErrors } from "@shaperail/source";
import { describe, expect, test } from "vitest";
import { parseResource, parseResources, RESOURCE_RULES, type ResourceFile } from "./index.ts";

const folder = join(import.meta.dirname, "../fixtures");
const names = readdirSync(folder).filter((name) => name !== "valid");

const readFixture = (...path: string[]): ResourceFile => {
  const file = join(...path);
  return { file, text: readFileSync(join(folder, file), "utf8") };
};
const isProject = (name: string) => statSync(join(folder, name)).isDirectory();
const filesOf = (name: string) =>
  isProject(name) ? readdirSync(join(folder, name)).map((file) => readFixture(name, file)) : [readFixture(name)];

/** What the comments on top of a fixture say: `# expect SR010 7:3`. */
const expected = ({ text, file }: ResourceFile) =>
  [...text.matchAll(/^# expect (\S+ \d+:\d+)$/gm)].map(([, place]) => `${file} ${place}`);

const parse = (files: readonly ResourceFile[]) => parseResources(files, { databases: ["default", "analytics"] });

describe("a fixture has exactly the mistakes it announces", () => {
  test.each(names.filter(isProject))("%s, read as a project", (name) => {
    const { diagnostics } = parse(filesOf(name));
    const found = diagnostics.map(
      ({ code, span }) => `${span?.file} ${code} ${span?.start.line}:${span?.start.column}`,
    );
    expect(found).toEqual(filesOf(name).flatMap(expected));
  });

  test.each(names.filter((name) => !isProject(name)))("%s, read alone", (name) => {
    const [fixture] = filesOf(name);
    const { diagnostics, resource } = parseResource(fixture!.text, { file: fixture!.file });
    const found = diagnostics.map(
      ({ code, span }) => `${span?.file} ${code} ${span?.start.line}:${span?.start.column}`,
    );
    expect(found).toEqual(expected(fixture!));
    expect(resource === undefined).toBe(hasErrors(diagnostics));
  });
});

test.each(names)("every mistake of %s has the code of its name, a cure, and the severity of the catalogue", (name) => {
  const { diagnostics } = parse(filesOf(name));
  // References to resources of other fixtures do not matter here.
  const own = isProject(name) ? diagnostics : diagnostics.filter(({ code }) => !["SR110", "SR112"].includes(code));
  expect(own).not.toEqual([]);
  for (const { code, fix, example, severity, message } of own) {
    expect(name.startsWith(code.toLowerCase().replaceAll("_", "-"))).toBe(true);
    expect(fix).toMatch(/\.$/);
    expect(message).toMatch(/[.?]$/);
    // The example of SR000 could only be about something else.
    expect(example).toBe(code === "SR000" ? undefined : RESOURCE_RULES.get(code)?.example);
    expect(severity).toBe(RESOURCE_RULES.get(code)?.severity);
  }
});

test("every rule has a fixture, apart from those about the number of entries, migrations and the names of files", () => {
  const announced = names.flatMap((name) => filesOf(name).flatMap(expected)).map((line) => line.split(" ")[1]);
  const missing = [...RESOURCE_RULES.keys()].filter((code) => !announced.includes(code));
  expect(missing).toEqual(["SR009", "SR100", "SR121"]);
});

test.each(readdirSync(join(folder, "valid")))("valid/%s has no mistake and no warning", (name) => {
  const { text, file } = readFixture("valid", name);
  const { resource, diagnostics } = parseResource(text, { file });
  expect(diagnostics).toEqual([]);
  expect(resource).toBeDefined();
});
