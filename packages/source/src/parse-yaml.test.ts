import fc from "fast-check";
import { expect, test } from "vitest";
import { entryOf, parseYaml, retypeScalar, type SourceNode, toPlain } from "./index.ts";

const read = (text: string) => parseYaml(text, { file: "a.yaml" });
const mistakes = (text: string) =>
  read(text).diagnostics.map(({ message, span }) => `${span?.start.line}:${span?.start.column} ${message}`);

test("every node knows its place", () => {
  const { root } = read("port: 3000\ndatabases:\n  default:\n    url: x\n");
  expect(root?.kind).toBe("map");
  if (root?.kind !== "map") return;
  const databases = entryOf(root, "databases");
  expect(databases?.keySpan.start).toEqual({ line: 2, column: 1, offset: 11 });
  expect(entryOf(root, "port")?.value).toMatchObject({ value: 3000, text: "3000", plain: true });
  expect(entryOf(root, "port")?.value.span).toMatchObject({
    start: { line: 1, column: 7 },
    end: { line: 1, column: 11 },
  });
});

test.each([
  { what: "a duplicate key", text: "a: 1\na: 2\n", place: "2:1" },
  { what: "a tab as indentation", text: "a:\n\tb: 1\n", place: "2:1" },
  { what: "an alias", text: "a: &x 1\nb: *x\n", place: "2:4" },
  { what: "a merge key", text: "a:\n  <<: {b: 1}\n", place: "2:3" },
  { what: "a tag", text: "a: !!set {b}\n", place: "1:" },
  { what: "a custom tag", text: "a: !secret x\n", place: "1:" },
  { what: "two documents", text: "a: 1\n---\nb: 2\n", place: "2:1" },
  { what: "a map as a key", text: "{a: 1}: 2\n", place: "1:1" },
  { what: "a null key", text: "? \n: 2\n", place: "1:" },
  { what: "an unclosed quote", text: 'a: "x\n', place: "" },
  { what: "an empty file", text: "# nothing\n", place: "1:1" },
])("$what is a mistake with a place", ({ text, place }) => {
  const [first] = mistakes(text);
  expect(first).toMatch(new RegExp(`^${place}`));
  expect(read(text).root).toBeUndefined();
});

test("YAML 1.2 words stay text: on, off, yes and no are not booleans", () => {
  const { root } = read("on: yes\noff: no\n");
  expect(root && toPlain(root)).toEqual({ on: "yes", off: "no" });
});

test("integers beyond 2^53 keep every digit", () => {
  const { root } = read("max: 9007199254740993\n");
  expect(root && toPlain(root)).toEqual({ max: 9007199254740993n });
});

test("a key called __proto__ is only a key", () => {
  const { root } = read("__proto__: {polluted: true}\n");
  const plain = root && toPlain(root);
  expect(Object.keys(plain as object)).toEqual(["__proto__"]);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

test.each([
  { what: "brackets", text: "[".repeat(20_000) },
  { what: "list marks in a line", text: "- ".repeat(20_000) },
  { what: "complex keys in a line", text: "? ".repeat(20_000) },
  { what: "indentation", text: Array.from({ length: 1_000 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n") },
  {
    what: "nesting just over the limit",
    text: Array.from({ length: 40 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n"),
  },
])("nesting by $what is refused before it can exhaust the stack", ({ text }) => {
  expect(mistakes(text)[0]).toContain("nests deeper than 32 levels");
});

test("a text with many dashes is no nesting", () => {
  expect(read(`a: "${"-- : ? ".repeat(500)}"\n`).diagnostics).toEqual([]);
});

test("a file over the limit is refused unread", () => {
  expect(parseYaml("a: 1", { file: "a.yaml", maxLength: 3 }).diagnostics[0]?.message).toContain(
    "longer than 3 characters",
  );
});

test.each([
  ["20", 20],
  ["-7", -7],
  ["0x1f", 31],
  ["1.5e3", 1500],
  ["true", true],
  ["False", false],
  ["", null],
  ["~", null],
  ["null", null],
  ["24h", "24h"],
  ["postgresql://h/db", "postgresql://h/db"],
  ["a: b # c", "a: b # c"],
  ["yes", "yes"],
])("plain text %j is typed as %j", (text, value) => {
  expect(retypeScalar(text)).toBe(value);
});

test("a placeholder in a flow map is one mistake, whatever follows it", () => {
  const { diagnostics } = read("a: { b: ${PORT:20} }\nc: { d: [1] }\n");
  expect(diagnostics).toMatchObject([
    { message: expect.stringContaining("A placeholder inside"), span: { start: { line: 1, column: 9 } } },
  ]);
  expect(read('a: { b: "${PORT:20}" }\n').diagnostics).toEqual([]);
});

test("retyping keeps every digit of an integer beyond 2^53", () => {
  expect(retypeScalar("9007199254740993") === 9007199254740993n).toBe(true);
});

test("retyping agrees with the parser on every plain scalar", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[-+0-9a-zA-Z_.]{1,12}$/), (text) => {
      const { root } = read(text);
      // Three hyphens begin a document and three dots end one, and the document is empty.
      fc.pre(root?.kind === "scalar" && root.plain && text !== "---" && text !== "...");
      expect(retypeScalar(text)).toEqual((root as Extract<SourceNode, { kind: "scalar" }>).value);
    }),
    { numRuns: 500 },
  );
});

test("arbitrary text never throws and ends in a document or in diagnostics", () => {
  const yamlish = fc.array(
    fc.oneof(
      fc.constantFrom(
        "a",
        ":",
        " ",
        "\n",
        "-",
        "[",
        "]",
        "{",
        "}",
        "&x",
        "*x",
        "|",
        ">",
        "'",
        '"',
        "#",
        "\t",
        "!",
        "?",
        "<<",
        "0",
      ),
      fc.string(),
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        yamlish.map((parts) => parts.join("")),
      ),
      (text) => {
        const { root, diagnostics } = read(text);
        expect(root === undefined).toBe(diagnostics.length > 0);
      },
    ),
    { numRuns: 2_000 },
  );
});
