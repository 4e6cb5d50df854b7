import {
  type Describable,
  expectMap,
  list,
  type ListOptions,
  type Located,
  type LocatedEntry,
  mapOf,
  mismatch,
  type Shape,
  withDescription,
} from "@shaperail/source";
import type { ResourceRuleCode } from "./catalogue.ts";
import { diagnose, diagnoseValue } from "./diagnose.ts";

/** snake_case, and no longer than an identifier of PostgreSQL. */
export const NAME_PATTERN: RegExp = /^[a-z][a-z0-9_]{0,62}$/;

/** The same shape, whose mismatches have a code of their own. */
export function coded<T>(code: ResourceRuleCode, shape: Shape<T>): Shape<T> {
  return {
    ...shape,
    read: (node, context) =>
      shape.read(node, {
        code,
        // About the value itself the catalogue speaks better than the shape; what is inside of it the shape knows best.
        report: (found) =>
          context.report(
            code !== "SR000" && found.code === code && found.span === node.span ? diagnoseValue(code, node) : found,
          ),
      }),
  };
}

export interface TextCheck {
  readonly code: ResourceRuleCode;
  readonly pattern: RegExp;
}

export interface CheckedTextOptions extends Describable {
  readonly expects: string;
  /** In order; the first that fails is reported. */
  readonly checks: readonly TextCheck[];
}

/** Text whose requirements have codes of their own. */
export function checkedText({ expects, checks, description }: CheckedTextOptions): Shape<string> {
  return {
    expects,
    read(node, context) {
      if (node.kind !== "scalar" || typeof node.value !== "string") return mismatch(node, expects, context);
      const { value } = node;
      const failed = checks.find(({ pattern }) => !pattern.test(value));
      if (failed === undefined) return value;
      context.report(diagnoseValue(failed.code, node));
      return undefined;
    },
    schema: () =>
      withDescription(description, {
        type: "string",
        allOf: checks.map(({ pattern }) => ({ pattern: pattern.source })),
      }),
  };
}

/** A list of different texts. */
export function uniqueList<T extends string>(item: Shape<T>, options?: ListOptions): Shape<readonly Located<T>[]> {
  const shape = list(item, options);
  return {
    expects: shape.expects,
    read(node, context) {
      const items = shape.read(node, context);
      const seen = new Set<string>();
      for (const { value, span } of items ?? []) {
        if (seen.has(value)) context.report(diagnose("SR081", span, `\`${value}\` is listed twice.`));
        seen.add(value);
      }
      return items;
    },
    schema: () => ({ ...shape.schema(), uniqueItems: true }),
  };
}

/** One text, or a list of at least one. */
export function oneOrMore(item: Shape<string>, { description }: Describable = {}): Shape<readonly Located<string>[]> {
  const items = coded("SR063", uniqueList(item, { minItems: 1 }));
  return {
    expects: `${item.expects}, or ${items.expects}`,
    read(node, context) {
      if (node.kind === "list") return items.read(node, context);
      const value = item.read(node, context);
      return value === undefined ? undefined : [{ value, span: node.span }];
    },
    schema: () => withDescription(description, { anyOf: [item.schema(), items.schema()] }),
  };
}

/** Columns of one table. Nothing else in a file needs more, and rules that compare entries stay quick. https://www.postgresql.org/docs/current/limits.html */
const MAX_ENTRIES = 1_600;

export interface NamedMapOptions extends Describable {
  readonly expects: string;
  /** Names that PostgreSQL keeps for itself: `SR008`. */
  readonly reserved?: readonly string[];
  /** Reported when there is no entry; undefined: none is needed. */
  readonly emptyCode?: ResourceRuleCode;
}

/** A map whose keys are names the author chose: `SR007` when one is not snake_case. */
export function namedMap<T>(
  value: Shape<T>,
  { expects, reserved = [], emptyCode, description }: NamedMapOptions,
): Shape<ReadonlyMap<string, LocatedEntry<T>>> {
  const shape = mapOf(value, { expects });
  return {
    expects,
    read(node, context) {
      const isEmpty = node.kind === "map" ? node.entries.length === 0 : node.kind === "scalar" && node.value === null;
      if (emptyCode !== undefined && isEmpty) {
        context.report(diagnose(emptyCode, node.span));
        return undefined;
      }
      const map = expectMap(node, expects, context);
      if (map === undefined) return undefined;
      if (map.entries.length > MAX_ENTRIES) {
        context.report(diagnose("SR009", node.span));
        return undefined;
      }
      for (const { key, keySpan } of map.entries) {
        if (!NAME_PATTERN.test(key))
          context.report(
            diagnose("SR007", keySpan, `\`${key.slice(0, 80)}\` is not snake_case of at most 63 characters.`),
          );
        if (reserved.includes(key))
          context.report(diagnose("SR008", keySpan, `\`${key}\` is a column of every table.`));
      }
      return shape.read(map, context);
    },
    schema: () =>
      withDescription(description, {
        ...shape.schema(),
        propertyNames: {
          pattern: NAME_PATTERN.source,
          ...(reserved.length > 0 ? { not: { enum: reserved } } : {}),
        },
        maxProperties: MAX_ENTRIES,
        ...(emptyCode === undefined ? {} : { minProperties: 1 }),
      }),
  };
}
