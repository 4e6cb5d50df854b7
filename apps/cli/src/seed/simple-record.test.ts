import { describe, expect, test } from "vitest";
import { parseRecords } from "./parse-records.ts";
import { readSimpleRecord } from "./simple-record.ts";

const textColumns = new Set(["title"]);
const options = { file: "seeds/posts.yaml", textColumns };

const read = (text: string): unknown => readSimpleRecord(text.split("\n"), textColumns);
const parsed = (text: string): unknown => parseRecords(text, options).records[0]?.values;

describe("a record that is read without the parser is what the parser makes of it", () => {
  test.each([
    "- title: Hello\n  views: 12\n  published: true",
    "- title: 1.10",
    "- title: ~\n  body:",
    "- title: \"a: b # c\"\n  body: 'it, is'",
    "- url: http://example.org/a#b\n  negative: -5\n  ratio: .5",
    "- { id: 531381f9-bc5b-4e8b-97be-f75c4c857078, title: Why we count, views: 3 }",
    "- {title: a b c , tags: [a, 'b', \"c d\"], at: 2024-02-17T14:32Z}",
    '- { color: "#7a7278", tags: [ x ] }',
    "- big: 9007199254740993",
    "- date: 2024-01-01\n  # a comment\n\n  body: x",
    "- title: a, b [c] {d}",
  ])("%j", (text) => {
    expect(read(text)).toEqual(parsed(text));
    expect(read(text)).toBeDefined();
  });
});

describe("what has more than one reading is left to the parser", () => {
  test.each([
    "- title: |\n    text",
    '- title: "a\\nb"',
    "- title: 'it''s'",
    "- title: a\n    b",
    "- title: a # comment",
    "- tags:\n  - a",
    "- { title: a, title: b }",
    "- { title: }",
    "- { nested: { a: 1 } }",
    "- { a:1 }",
    "- { title: a: b }",
    "- { title: a, }",
    "- { title: a } # b",
    "- title: a\n  title: b",
    "- <<: x",
    "- *alias",
    "- title: &anchor x",
    "- title: !!str 5",
    "- { tags: [] }",
    "- { title: a",
    "- { title: 'it''s' }",
    "- __proto__: x",
    "- title:\tx",
  ])("%j", (text) => {
    expect(read(text)).toBeUndefined();
  });
});
