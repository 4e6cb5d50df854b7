import { entryOf, type SourceMap, type SourceNode, type SourceSpan } from "./node.ts";
import {
  type Describable,
  expectMap,
  type JsonSchema,
  type Located,
  type LocatedEntry,
  mismatch,
  type ReadContext,
  type Shape,
  withDescription,
} from "./shape.ts";
import { didYouMean } from "./suggest.ts";

/** A key of an object shape. */
export interface Property<T, Required extends boolean = boolean> {
  readonly shape: Shape<T>;
  readonly required: Required;
}

export function required<T>(shape: Shape<T>): Property<T, true> {
  return { shape, required: true };
}

export function optional<T>(shape: Shape<T>): Property<T, false> {
  return { shape, required: false };
}

/**
 * What an object shape reads: each key's value where one was given and fits, and the places of everything.
 *
 * A required key that is missing or wrong has been reported and is undefined here, so that rules about the other keys still run.
 */
export interface ReadObject<Properties> {
  readonly values: { readonly [Key in keyof Properties]?: Properties[Key] extends Property<infer T> ? T : never };
  readonly node: SourceMap;
  /** Place of the value of a key, or of the whole object when the key is absent. */
  spanOf(key: keyof Properties & string): SourceSpan;
  /** Place of the key itself, or of the whole object when the key is absent. */
  keySpanOf(key: keyof Properties & string): SourceSpan;
  /** The key stands in the file, whether or not its value fits. */
  has(key: keyof Properties & string): boolean;
}

export interface ObjectOptions extends Describable {
  /** `a field`, for messages. @default "a map" */
  readonly expects?: string;
  /** Conditions beyond the keys themselves, for the JSON Schema only; a rule must report the same. */
  readonly allOf?: readonly JsonSchema[];
  /** Why a key that is often written does not exist: `{ database: "It became `databases`." }` */
  readonly removed?: Readonly<Record<string, string>>;
}

/** A map with known keys. Unknown ones are refused with the list of those expected. */
export function object<Properties extends Readonly<Record<string, Property<unknown>>>>(
  properties: Properties,
  { expects = "a map", allOf, removed = {}, description }: ObjectOptions = {},
): Shape<ReadObject<Properties>> {
  const keys = Object.keys(properties);
  const requiredKeys = keys.filter((key) => properties[key]?.required);
  return {
    expects,
    read(node, context) {
      const map = expectMap(node, expects, context);
      if (map === undefined) return undefined;
      const values: Record<string, unknown> = {};
      for (const { key, keySpan, value } of map.entries) {
        const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
        if (property === undefined) reportUnknownKey({ key, keys, keySpan, why: removed[key] }, context);
        else values[key] = property.shape.read(value, context);
      }
      for (const key of requiredKeys)
        if (entryOf(map, key) === undefined) reportMissingKey(map, { key, properties }, context);
      return {
        values: values as ReadObject<Properties>["values"],
        node: map,
        spanOf: (key) => entryOf(map, key)?.value.span ?? map.span,
        keySpanOf: (key) => entryOf(map, key)?.keySpan ?? map.span,
        has: (key) => entryOf(map, key) !== undefined,
      };
    },
    schema: () =>
      withDescription(description, {
        type: "object",
        additionalProperties: false,
        properties: Object.fromEntries(keys.map((key) => [key, properties[key]?.shape.schema()])),
        ...(requiredKeys.length > 0 ? { required: requiredKeys } : {}),
        ...(allOf === undefined ? {} : { allOf }),
      }),
  };
}

export interface ListOptions extends Describable {
  readonly minItems?: number;
  readonly expects?: string;
}

/** A list whose items have one shape; each keeps its place. */
export function list<T>(
  item: Shape<T>,
  { minItems = 0, expects = `a list of ${item.expects}`, description }: ListOptions = {},
): Shape<readonly Located<T>[]> {
  return {
    expects,
    read(node, context) {
      if (node.kind !== "list" || node.items.length < minItems) return mismatch(node, expects, context);
      return node.items.flatMap((child) => {
        const value = item.read(child, context);
        return value === undefined ? [] : [{ value, span: child.span }];
      });
    },
    schema: () =>
      withDescription(description, {
        type: "array",
        items: item.schema(),
        ...(minItems > 0 ? { minItems } : {}),
      }),
  };
}

export interface MapOptions extends Describable {
  readonly keyPattern?: RegExp;
  /** What a key looks like, for messages. @default "a name" */
  readonly keyExpects?: string;
  readonly minEntries?: number;
  readonly expects?: string;
}

/** A map from names chosen by the author to values of one shape, in the order of the file. */
export function mapOf<T>(
  value: Shape<T>,
  { keyPattern, keyExpects = "a name", minEntries = 0, expects = "a map", description }: MapOptions = {},
): Shape<ReadonlyMap<string, LocatedEntry<T>>> {
  return {
    expects,
    read(node, context) {
      const map = expectMap(node, expects, context);
      if (map === undefined) return undefined;
      if (map.entries.length < minEntries) return mismatch(node, expects, context);
      const read = new Map<string, LocatedEntry<T>>();
      for (const { key, keySpan, value: child } of map.entries) {
        if (keyPattern !== undefined && !keyPattern.test(key)) {
          const named: SourceNode = { kind: "scalar", value: key, text: key, plain: true, span: keySpan };
          mismatch(named, keyExpects, context);
        }
        const item = value.read(child, context);
        if (item !== undefined) read.set(key, { value: item, span: child.span, keySpan });
      }
      return read;
    },
    schema: () =>
      withDescription(description, {
        type: "object",
        additionalProperties: value.schema(),
        ...(keyPattern === undefined ? {} : { propertyNames: { pattern: keyPattern.source } }),
        ...(minEntries > 0 ? { minProperties: minEntries } : {}),
      }),
  };
}

interface UnknownKey {
  readonly key: string;
  readonly keys: readonly string[];
  readonly keySpan: SourceSpan;
  readonly why: string | undefined;
}

function reportUnknownKey({ key, keys, keySpan, why }: UnknownKey, context: ReadContext): void {
  const expected = `expected one of ${keys.map((name) => `\`${name}\``).join(", ")}`;
  context.report({
    code: context.code,
    severity: "error",
    message: `unknown field \`${key}\`, ${expected}.${why === undefined ? didYouMean(key, keys) : ` ${why}`}`,
    span: keySpan,
    fix: "Correct the key, or remove it.",
    example: undefined,
  });
}

interface MissingKey {
  readonly key: string;
  readonly properties: Readonly<Record<string, Property<unknown>>>;
}

function reportMissingKey(map: SourceMap, { key, properties }: MissingKey, context: ReadContext): void {
  context.report({
    code: context.code,
    severity: "error",
    message: `missing field \`${key}\`.`,
    // The first key of the map is where the reader looks; the span of the map may cover the whole file.
    span: map.entries[0]?.keySpan ?? map.span,
    fix: `Add \`${key}:\` with ${properties[key]?.shape.expects ?? "a value"}.`,
    example: undefined,
  });
}
