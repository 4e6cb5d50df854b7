import { expect, test } from "vitest";
import {
  anything,
  boolean,
  type Diagnostic,
  either,
  integer,
  list,
  mapOf,
  number,
  object,
  oneOfWords,
  optional,
  parseYaml,
  required,
  type Shape,
  suggest,
  text,
  when,
} from "./index.ts";

function readWith<T>(shape: Shape<T>, yaml: string): { value: T | undefined; messages: string[]; places: string[] } {
  const { root, diagnostics } = parseYaml(yaml, { file: "a.yaml" });
  const found: Diagnostic[] = [...diagnostics];
  const value = root && shape.read(root, { code: "X001", report: (diagnostic) => found.push(diagnostic) });
  return {
    value,
    messages: found.map(({ message }) => message),
    places: found.map(({ span }) => `${span?.start.line}:${span?.start.column}`),
  };
}

const endpoint = object({
  method: optional(oneOfWords(["GET", "POST"])),
  ttl: optional(integer({ min: 1, max: 10 })),
  path: required(text({ pattern: /^\//, expects: "a path that starts with /" })),
});

test("a map that fits is read with its places", () => {
  const { value, messages } = readWith(endpoint, "path: /a\nmethod: GET\n");
  expect(messages).toEqual([]);
  expect(value?.values).toEqual({ path: "/a", method: "GET" });
  expect(value?.spanOf("method").start).toMatchObject({ line: 2, column: 9 });
  expect(value?.has("ttl")).toBe(false);
});

test("everything wrong is reported at once, each at its place", () => {
  const { messages, places } = readWith(endpoint, "methd: GET\nmethod: GTE\nttl: 11\n");
  expect(messages).toEqual([
    "unknown field `methd`, expected one of `method`, `ttl`, `path`. Did you mean `method`?",
    "Expected one of GET, POST, found the text `GTE`. Did you mean `GET`?",
    "Expected a whole number from 1 to 10, found the number 11.",
    "missing field `path`.",
  ]);
  expect(places).toEqual(["1:1", "2:9", "3:6", "1:1"]);
});

test.each(["0.12345678901234567890", "1.00000000000000000001", "-1e-400", "12345678901234567.5"])(
  "%s is refused rather than rounded",
  (written) => {
    const found = readWith(number(), written);
    expect(found.messages).toEqual([expect.stringContaining("Expected a number with no more digits than a double")]);
    expect(readWith(anything(), `[{ a: ${written} }]`)).toMatchObject({ places: ["1:7"] });
  },
);

test.each(["0.1", "1.10", "-0.0", "+2.50", ".5", "1e23", "0.30000000000000004", "1.7976931348623157e308", "0x1e"])(
  "%s is a number as it is written",
  (written) => {
    expect(readWith(anything(), written).messages).toEqual([]);
    expect(readWith(number(), written).messages).toEqual([]);
  },
);

test("a removed key says what became of it", () => {
  const config = object({ databases: optional(anything()) }, { removed: { database: "It became `databases`." } });
  expect(readWith(config, "database: {}\n").messages[0]).toContain("It became `databases`.");
});

test.each([
  { shape: text() as Shape<unknown>, yaml: "5", message: "Expected text, found the number 5." },
  { shape: boolean() as Shape<unknown>, yaml: "yes", message: "Expected true or false, found the text `yes`." },
  {
    shape: number({ min: 0 }) as Shape<unknown>,
    yaml: ".inf",
    message: "Expected a number of at least 0, found the number .inf.",
  },
  { shape: integer() as Shape<unknown>, yaml: "1.5", message: "Expected a whole number, found the number 1.5." },
  {
    shape: integer({ max: 3 }) as Shape<unknown>,
    yaml: "9007199254740993",
    message: "Expected a whole number of at most 3, found the number 9007199254740993.",
  },
  {
    shape: list(text(), { minItems: 1 }) as Shape<unknown>,
    yaml: "[]",
    message: "Expected a list of text, found a list.",
  },
  { shape: mapOf(text()) as Shape<unknown>, yaml: "- a", message: "Expected a map, found a list." },
  { shape: text() as Shape<unknown>, yaml: "~", message: "Expected text, found nothing." },
])("$yaml: $message", ({ shape, yaml, message }) => {
  expect(readWith(shape, yaml).messages).toEqual([message]);
});

test("a map of names keeps the order of the file and checks the names", () => {
  const fields = mapOf(text(), { keyPattern: /^[a-z_]+$/, keyExpects: "a snake_case name" });
  const { value, messages } = readWith(fields, "b: x\na: y\nC: z\n");
  expect([...(value?.keys() ?? [])]).toEqual(["b", "a", "C"]);
  expect(messages).toEqual(["Expected a snake_case name, found the text `C`."]);
});

test("either reads by the kind of the node, so that its report is about the right alternative", () => {
  const auth = either(
    when((node) => node.kind === "list", list(text())),
    oneOfWords(["public", "owner"]),
  );
  expect(readWith(auth, "[admin]").value).toMatchObject([{ value: "admin" }]);
  expect(readWith(auth, "pubic").messages).toEqual([
    "Expected one of public, owner, found the text `pubic`. Did you mean `public`?",
  ]);
});

test("the JSON Schema says what the shape reads", () => {
  expect(endpoint.schema()).toEqual({
    type: "object",
    additionalProperties: false,
    properties: {
      method: { enum: ["GET", "POST"] },
      ttl: { type: "integer", minimum: 1, maximum: 10 },
      path: { type: "string", pattern: "^\\/" },
    },
    required: ["path"],
  });
});

test.each([
  { word: "prot", expected: "port" },
  { word: "Port", expected: "port" },
  { word: "databse", expected: "databases" },
  { word: "xy", expected: undefined },
  { word: "unrelated", expected: undefined },
  { word: "p".repeat(1_000_000), expected: undefined },
])("$word suggests $expected", ({ word, expected }) => {
  expect(suggest(word, ["port", "project", "databases"])).toBe(expected);
});
