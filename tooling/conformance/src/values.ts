import type { Json, Part } from "@shaperail/openapi";
import fc from "fast-check";
import { rawNumber } from "./exact-json.ts";
import { storableText, textOf } from "./text-values.ts";

/** Makes the value of a field in some other way than from its schema alone; undefined: from the schema. */
export type Override = (name: string, schema: Part) => fc.Arbitrary<unknown> | undefined;

/** How schemas become values. */
export interface ValueOptions {
  /** Follows a `$ref`. */
  readonly follow: (schema: Part) => Part;
  /** @default none */
  readonly override?: Override;
}

/** Values that the schema admits, its bounds among them. */
export function valid(given: Part, options: ValueOptions): fc.Arbitrary<unknown> {
  const schema = options.follow(given);
  const { type } = schema;
  const members = schema["enum"] as readonly Json[] | undefined;
  if (members !== undefined) return fc.constantFrom(...members);
  if (Array.isArray(type)) {
    const types = type.filter((name) => name !== "null") as string[];
    // Every type but null: any JSON but null.
    const isAny = types.length > 4;
    const some = isAny
      ? anyJson().filter((value) => value !== null)
      : fc.oneof(...types.map((name) => valid({ ...schema, type: name }, options)));
    if (!type.includes("null")) return some;
    return fc.oneof({ weight: 1, arbitrary: fc.constant(null) }, { weight: 4, arbitrary: some });
  }
  switch (type) {
    case "string":
      return textOf(schema);
    case "boolean":
      return fc.boolean();
    case "integer":
      return integers(schema);
    case "number":
      return numbers(schema);
    case "array":
      return lists(schema, options);
    case "object":
      return objects(schema, options);
    default:
      return anyJson();
  }
}

function integers({ minimum, maximum }: Part): fc.Arbitrary<unknown> {
  const least = minimum === undefined ? -(2n ** 63n) : BigInt(Number(minimum));
  const most = maximum === undefined ? 2n ** 63n - 1n : BigInt(Number(maximum));
  const borders = [least, most, 0n, 1n, -1n, 2n ** 53n - 1n, 2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 31n];
  const fitting = borders.filter((value) => value >= least && value <= most);
  const whole = fc.constantFrom("5.0", "1e1", "0.0", "-0", "20E-1").map(rawNumber);
  const mayBeWritten = least <= 0n && most >= 10n;
  return fc.oneof(fc.bigInt({ min: least, max: most }), fc.constantFrom(...fitting), ...(mayBeWritten ? [whole] : []));
}

function numbers({ minimum, maximum }: Part): fc.Arbitrary<unknown> {
  const min = minimum === undefined ? undefined : Number(minimum);
  const max = maximum === undefined ? undefined : Number(maximum);
  const inside = fc.double({
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    noNaN: true,
    noDefaultInfinity: true,
  });
  const borders = [min, max].filter((value) => value !== undefined);
  const free = min === undefined && max === undefined;
  const large = fc
    .constantFrom("123456789012345678901234567890", "1e300", "-9007199254740993", "0.1e-10")
    .map(rawNumber);
  return fc.oneof(inside, ...(borders.length > 0 ? [fc.constantFrom(...borders)] : []), ...(free ? [large] : []));
}

function lists(schema: Part, options: ValueOptions): fc.Arbitrary<unknown> {
  const minLength = Number(schema["minItems"] ?? 0);
  const most = schema["maxItems"] === undefined ? minLength + 4 : Number(schema["maxItems"]);
  const items = valid(schema["items"] as Part, options);
  const usual = fc.array(items, { minLength, maxLength: Math.min(most, minLength + 4) });
  return most > 10 ? usual : fc.oneof(usual, fc.array(items, { minLength: most, maxLength: most }));
}

function objects(schema: Part, options: ValueOptions): fc.Arbitrary<unknown> {
  const properties = Object.entries((schema["properties"] ?? {}) as Record<string, Part>);
  const required = (schema["required"] ?? []) as readonly string[];
  const model = Object.fromEntries(
    properties.map(([name, part]) => [name, options.override?.(name, part) ?? valid(part, options)]),
  );
  const known = fc.record(model, { requiredKeys: [...required], noNullPrototype: true });
  const least = Number(schema["minProperties"] ?? 0);
  const enough = least === 0 ? known : known.filter((value) => Object.keys(value).length >= least);
  // Keys that are not listed are ignored, whatever they hold.
  const unlisted = fc.record({ not_listed: anyJson() });
  return fc.oneof(
    { weight: 5, arbitrary: enough },
    { weight: 1, arbitrary: fc.tuple(enough, unlisted).map(([value, more]) => ({ ...value, ...more })) },
  );
}

/** Any JSON that jsonb can keep. */
function anyJson(): fc.Arbitrary<unknown> {
  const text = storableText(0, 6);
  const leaf = fc.oneof(
    fc.constant(null),
    fc.boolean(),
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(2n ** 63n, -(10n ** 30n), 0n),
  );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(text, tie("tree"), { maxKeys: 3, noNullPrototype: true }),
    ),
  }));
  return tree;
}
