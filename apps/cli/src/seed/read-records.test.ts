import { describe, expect, test } from "vitest";
import { parseRecords } from "./parse-records.ts";
import { readRecords } from "./read-records.ts";

const options = { file: "seeds/posts.yaml", textColumns: new Set(["title"]) };

const MIXED = `# comment
- title: One
  body: |
    two
    lines
- { title: 1.10, tags: [a, b] }

# between
- title: "a\\tb"
  views: 3
- title: last
  body: |
    kept
`;

describe("reading record by record gives what reading the whole file gives", () => {
  test.each([
    MIXED,
    MIXED.trimEnd(),
    "- title: One\n",
    "- a: 1\n  b:\n    c: 2\n- a: 2\n",
    "-\n  title: x\n",
    "- title: x\r\n- title: y\r\n",
    "[{ title: x }, { title: y }]\n",
  ])("%j", (text) => {
    expect(readRecords(text, options)).toEqual(parseRecords(text, options));
    expect(readRecords(text, options).diagnostics).toEqual([]);
  });

  test("also the places of mistakes", () => {
    const text = "- title: One\n- title: Two\n- body: [\n";
    expect(readRecords(text, options).diagnostics[0]?.span?.start).toEqual(
      parseRecords(text, options).diagnostics[0]?.span?.start,
    );
    expect(readRecords(text, options).diagnostics[0]?.span?.start.line).toBeGreaterThanOrEqual(3);
  });
});

test("a record knows its line, and a text column keeps its text", () => {
  const { records } = readRecords(MIXED, options);
  expect(records.map(({ line }) => line)).toEqual([2, 6, 9, 11]);
  expect(records[1]?.values["title"]).toBe("1.10");
});

describe("what is no list of records is a mistake", () => {
  test.each(["title: x\n", "- just text\n", "- [a]\n", "", "- title: a\n  title: b\n", "- *alias\n", "- a: !!str 5\n"])(
    "%j",
    (text) => {
      expect(readRecords(text, options).diagnostics).not.toEqual([]);
    },
  );
});

test("ten thousand plain records are read in a moment", () => {
  const text = Array.from({ length: 10_000 }, (_, n) => `- title: "Post ${n}: a title"\n  views: ${n}\n`).join("");
  const startedAt = performance.now();
  expect(readRecords(text, options).records).toHaveLength(10_000);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});
