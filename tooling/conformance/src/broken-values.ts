import type { Part } from "@shaperail/openapi";
import fc from "fast-check";
import { rawNumber } from "./exact-json.ts";
import { valid, type ValueOptions } from "./values.ts";

// Wrong for most schemas, and in a different way for each. What they are for one schema the judge decides.
const JUNK: readonly unknown[] = [
  [null, true, false, 0, -1, 1.5, 1e308, 2n ** 63n, -(2n ** 63n) - 1n],
  ["", " ", "x", "x".repeat(300), "true", "5", "null", "NaN", "draft "],
  [[], [null], [[]], [1, "x"], {}, { a: 1 }, rawNumber("1e1"), rawNumber("9.5")],
].flat();

// Nearly of the format.
const JUNK_BY_FORMAT: Readonly<Record<string, readonly unknown[]>> = {
  uuid: ["00000000-0000-0000-0000-00000000000g", "{00000000-0000-0000-0000-000000000000}", "0".repeat(32)],
  date: ["2026-02-30", "2026-1-1", "2026-01-01T00:00:00Z", "10000-01-01", "20260101", "2026-01-01\n"],
  "date-time": ["2026-01-01", "2026-01-01T00:00:00", "2026-01-01T24:00:00Z", "2026-02-29T00:00:00Z", "now"],
  email: ["no-at.example.org", "a@b", "a@@b.co", " a@b.co", "a@b.co\n", "@b.co", `${"a".repeat(250)}@b.co`],
  uri: [
    ["example.org", "ftp://example.org/", "https://", "//example.org", "javascript:alert(1)", "https://a b.org/"],
    ["https://example.org/\n", " https://example.org/", "https://example.org/a b", "https://example.org/<x>"],
  ].flat(),
};

/** Values that mostly break one rule of the schema. */
export function broken(given: Part, options: ValueOptions): fc.Arbitrary<unknown> {
  const schema = options.follow(given);
  const junk = fc.constantFrom(...JUNK);
  const near = neighbours(schema);
  const { type } = schema;
  // A list that may be null is still best spoiled as a list.
  switch (Array.isArray(type) && type.length === 2 ? type.find((name) => name !== "null") : type) {
    case "object":
      return fc.oneof({ weight: 9, arbitrary: brokenObject(schema, options) }, { weight: 1, arbitrary: junk });
    case "array":
      return fc.oneof({ weight: 3, arbitrary: brokenList(schema, options) }, { weight: 1, arbitrary: junk });
    default:
      return near.length === 0 ? junk : fc.oneof(junk, fc.constantFrom(...near));
  }
}

/** One property that is wrong or missing. */
function brokenObject(schema: Part, options: ValueOptions): fc.Arbitrary<unknown> {
  const properties = Object.entries((schema["properties"] ?? {}) as Record<string, Part>);
  if (properties.length === 0) return fc.constantFrom(...JUNK);
  const whole = valid(schema, options) as fc.Arbitrary<Record<string, unknown>>;
  return fc.constantFrom(...properties).chain(([name, part]) =>
    fc.oneof(
      {
        weight: 5,
        arbitrary: fc.tuple(whole, broken(part, options)).map(([value, bad]) => ({ ...value, [name]: bad })),
      },
      { weight: 1, arbitrary: whole.map(({ [name]: _left, ...rest }) => rest) },
    ),
  );
}

/** One element that is wrong, or too few or too many of them. */
function brokenList(schema: Part, options: ValueOptions): fc.Arbitrary<unknown> {
  const items = schema["items"] as Part;
  const { minItems, maxItems } = schema;
  const whole = valid({ ...schema, type: "array" }, options) as fc.Arbitrary<unknown[]>;
  const spoiled = fc
    .tuple(whole, broken(items, options), fc.nat(3))
    .map(([value, bad, at]) => value.toSpliced(at, 0, bad));
  const long = maxItems === undefined ? undefined : Number(maxItems) + 1;
  return fc.oneof(
    { weight: 4, arbitrary: spoiled },
    { weight: 1, arbitrary: fc.constant(Array(Math.max(0, Number(minItems ?? 0) - 1)).fill("x")) },
    ...(long === undefined || long > 10
      ? []
      : [{ weight: 1, arbitrary: fc.array(valid(items, options), { minLength: long, maxLength: long }) }]),
  );
}

/** The values just outside the bounds and the format. */
function neighbours({ minimum, maximum, minLength, maxLength, format, ...rest }: Part): readonly unknown[] {
  const members = rest["enum"];
  const shortest = Number(minLength ?? 0);
  return [
    ...(typeof format === "string" ? (JUNK_BY_FORMAT[format] ?? []) : []),
    ...(minimum === undefined ? [] : [Number(minimum) - 1, Number(minimum) - 0.001]),
    ...(maximum === undefined ? [] : [Number(maximum) + 1, Number(maximum) + 0.001]),
    ...(shortest === 0 ? [] : ["y".repeat(shortest - 1), "😀".repeat(shortest - 1)]),
    ...(maxLength === undefined ? [] : ["y".repeat(Number(maxLength) + 1), "😀".repeat(Number(maxLength) + 1)]),
    ...(Array.isArray(members) ? [`${String(members[0])}x`, String(members[0]).toUpperCase()] : []),
  ];
}
