import type { Diagnostic, JsonSchema, Shape, SourceMap, SourceSpan } from "@shaperail/source";
import type { ResourceRuleCode } from "./catalogue.ts";
import { diagnose } from "./diagnose.ts";

/** When a {@link Condition} applies: a key has one of these values, or another value than these. */
export type Trigger =
  | { readonly key: string; readonly is: readonly (string | boolean)[] }
  | { readonly key: string; readonly isNot: readonly string[] };

/** What the keys of one map demand of each other: one definition for the parser and for the JSON Schema. */
export interface Condition {
  readonly code: ResourceRuleCode;
  /** Undefined: always. */
  readonly when?: Trigger;
  /** Keys that must stand there. */
  readonly needs?: readonly string[];
  /** At least one of these keys must stand there. */
  readonly needsOneOf?: readonly string[];
  /** At least one of these must be true. */
  readonly needsFlag?: readonly string[];
  /** Keys that must not stand there. */
  readonly refuses?: readonly string[];
  /** Keys that must not be true. */
  readonly refusesFlags?: readonly string[];
  /** The key, where it stands, has one of these values. */
  readonly limits?: { readonly key: string; readonly to: readonly string[] };
  /** The text of the key, where it stands, matches. */
  readonly matches?: { readonly key: string; readonly pattern: RegExp };
  /** These numbers, where they stand, are whole and at least `min`. */
  readonly whole?: { readonly keys: readonly string[]; readonly min: number };
}

/** What any object shape reads. */
export interface AnyReadObject {
  readonly values: Readonly<Record<string, unknown>>;
  readonly node: SourceMap;
  spanOf(key: string): SourceSpan;
  keySpanOf(key: string): SourceSpan;
  has(key: string): boolean;
}

/** The shape of a map, together with what its keys demand of each other. */
export function conditioned<T extends AnyReadObject>(shape: Shape<T>, conditions: readonly Condition[]): Shape<T> {
  return {
    expects: shape.expects,
    read(node, context) {
      const read = shape.read(node, context);
      const missing = read?.node.entries[0]?.keySpan ?? node.span;
      if (read !== undefined) for (const problem of checkConditions(read, conditions, missing)) context.report(problem);
      return read;
    },
    schema: () => ({ ...shape.schema(), allOf: conditions.map(conditionSchema) }),
  };
}

/** What the conditions find wrong. A key that is missing whatever the other keys say is reported at `missing`. */
export function checkConditions(
  read: AnyReadObject,
  conditions: readonly Condition[],
  missing: SourceSpan,
): readonly Diagnostic[] {
  return conditions.flatMap((condition) =>
    violations(read, condition, missing).map((span) => diagnose(condition.code, span)),
  );
}

function violations(read: AnyReadObject, condition: Condition, missing: SourceSpan): readonly SourceSpan[] {
  const {
    when,
    needs = [],
    needsOneOf,
    needsFlag,
    refuses = [],
    refusesFlags = [],
    limits,
    matches,
    whole,
  } = condition;
  if (when !== undefined && !applies(read, when)) return [];
  const absent = when === undefined ? missing : read.spanOf(when.key);
  const limited = textOf(read, limits?.key);
  const matched = textOf(read, matches?.key);
  return [
    ...(needs.some((key) => !read.has(key)) ? [absent] : []),
    ...(needsOneOf?.every((key) => !read.has(key)) ? [absent] : []),
    // A flag that could not be read has been reported; it may have been meant to be true.
    ...(needsFlag?.every((key) => read.values[key] !== true && !isUnread(read, key)) ? [absent] : []),
    ...refuses.filter((key) => read.has(key)).map((key) => read.keySpanOf(key)),
    ...refusesFlags.filter((key) => read.values[key] === true).map((key) => read.keySpanOf(key)),
    ...(limits !== undefined && limited !== undefined && !limits.to.includes(limited) ? [read.spanOf(limits.key)] : []),
    ...(matches !== undefined && matched !== undefined && !matches.pattern.test(matched)
      ? [read.spanOf(matches.key)]
      : []),
    ...(whole?.keys ?? []).filter((key) => !isWhole(read.values[key], whole?.min)).map((key) => read.spanOf(key)),
  ];
}

function isUnread(read: AnyReadObject, key: string): boolean {
  return read.has(key) && read.values[key] === undefined;
}

function textOf(read: AnyReadObject, key: string | undefined): string | undefined {
  const value = key === undefined ? undefined : read.values[key];
  return typeof value === "string" ? value : undefined;
}

function applies(read: AnyReadObject, when: Trigger): boolean {
  const value = read.values[when.key];
  if (typeof value !== "string" && typeof value !== "boolean") return false;
  return "is" in when ? when.is.includes(value) : !when.isNot.includes(String(value));
}

function isWhole(value: unknown, min = 0): boolean {
  return typeof value !== "number" || (Number.isInteger(value) && value >= min);
}

/** The same demand as JSON Schema. */
export function conditionSchema(condition: Condition): JsonSchema {
  const {
    when,
    needs = [],
    needsOneOf,
    needsFlag,
    refuses = [],
    refusesFlags = [],
    limits,
    matches,
    whole,
  } = condition;
  const properties = {
    ...Object.fromEntries(refuses.map((key) => [key, false])),
    ...Object.fromEntries(refusesFlags.map((key) => [key, { const: false }])),
    ...(limits === undefined ? {} : { [limits.key]: { enum: limits.to } }),
    ...(matches === undefined ? {} : { [matches.key]: { pattern: matches.pattern.source } }),
    ...Object.fromEntries((whole?.keys ?? []).map((key) => [key, { type: "integer", minimum: whole?.min }])),
  };
  const demands: JsonSchema = {
    ...(needs.length > 0 ? { required: needs } : {}),
    ...(Object.keys(properties).length > 0 ? { properties } : {}),
    ...(needsOneOf === undefined ? {} : { anyOf: needsOneOf.map((key) => ({ required: [key] })) }),
    ...(needsFlag === undefined
      ? {}
      : { anyOf: needsFlag.map((key) => ({ properties: { [key]: { const: true } }, required: [key] })) }),
  };
  // oxlint-disable-next-line unicorn/no-thenable -- `then` is a keyword of JSON Schema
  return when === undefined ? demands : { if: triggerSchema(when), then: demands };
}

function triggerSchema(when: Trigger): JsonSchema {
  const value = "is" in when ? { enum: when.is } : { not: { enum: when.isNot } };
  return { properties: { [when.key]: value }, required: [when.key] };
}
