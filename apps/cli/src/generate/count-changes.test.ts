import { expect, test } from "vitest";
import { countChanges } from "./count-changes.ts";

test.each([
  { before: "", after: "", added: 0, removed: 0 },
  { before: "", after: "a\nb\n", added: 2, removed: 0 },
  { before: "a\nb\n", after: "a\nb\n", added: 0, removed: 0 },
  { before: "a\nb\nc\n", after: "a\nx\nc\n", added: 1, removed: 1 },
  { before: "a\nb\n", after: "b\na\n", added: 1, removed: 1 },
  { before: "a\n", after: "a\n\n", added: 1, removed: 0 },
  { before: "a\nb\nc\n", after: "", added: 0, removed: 3 },
  { before: "a\n", after: "a\na\na\n", added: 2, removed: 0 },
  { before: "h\na\nb\nt\n", after: "h\nb\nc\na\nt\n", added: 2, removed: 1 },
])("from $before to $after: $added added, $removed removed", ({ before, after, added, removed }) => {
  expect(countChanges(before, after)).toEqual({ added, removed });
});
