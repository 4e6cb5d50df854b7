import { didYouMean } from "./suggest.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { type SourceMap, type SourceNode, type SourceSpan, toPlain } from "./node.ts";
import { EXACT_NUMBER, isRounded, roundedNumbers } from "./rounded.ts";

/** A JSON Schema document or a part of one, draft 2020-12. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** Where a shape reports what does not fit. */
export interface ReadContext {
  /** Code of structural diagnostics: a wrong type, an unknown key, a missing key. */
  readonly code: string;
  report(diagnostic: Diagnostic): void;
}

/**
 * One definition of a piece of a file's format: it reads the piece, and it describes it as JSON Schema.
 * What the schema accepts is what `read` accepts.
 */
export interface Shape<T> {
  /** What stands in "expected …": `text`, `a list of text`. */
  readonly expects: string;
  /** The value, or undefined after reporting why there is none. */
  read(node: SourceNode, context: ReadContext): T | undefined;
  schema(): JsonSchema;
}

/** A value together with its place, for the rules that look at it later. */
export interface Located<T> {
  readonly value: T;
  readonly span: SourceSpan;
}

/** A read map: its values by key, with the places of keys and values. */
export interface LocatedEntry<T> extends Located<T> {
  readonly keySpan: SourceSpan;
}

export interface Describable {
  /** Shown by editors while typing. */
  readonly description?: string;
}

export interface TextOptions extends Describable {
  readonly pattern?: RegExp;
  readonly minLength?: number;
  readonly expects?: string;
}

export interface NumberOptions extends Describable {
  /** Inclusive. */
  readonly min?: number;
  /** Inclusive. */
  readonly max?: number;
}

/** Text. A plain scalar that YAML types otherwise (`on: 5`) is refused rather than turned into text. */
export function text({ pattern, minLength = 0, expects = "text", description }: TextOptions = {}): Shape<string> {
  return {
    expects,
    read(node, context) {
      if (node.kind !== "scalar" || typeof node.value !== "string") return mismatch(node, expects, context);
      const fits = node.value.length >= minLength && (pattern === undefined || pattern.test(node.value));
      return fits ? node.value : mismatch(node, expects, context);
    },
    schema: () =>
      withDescription(description, {
        type: "string",
        ...(pattern === undefined ? {} : { pattern: pattern.source }),
        ...(minLength > 0 ? { minLength } : {}),
      }),
  };
}

export function integer({ min, max, description }: NumberOptions = {}): Shape<number> {
  const expects = `a whole number${range(min, max)}`;
  return {
    expects,
    read(node, context) {
      const value = node.kind === "scalar" ? node.value : undefined;
      if (typeof value !== "number" || !Number.isSafeInteger(value)) return mismatch(node, expects, context);
      return inRange(value, min, max) ? value : mismatch(node, expects, context);
    },
    schema: () => withDescription(description, { type: "integer", ...bounds(min, max) }),
  };
}

export function number({ min, max, description }: NumberOptions = {}): Shape<number> {
  const expects = `a number${range(min, max)}`;
  return {
    expects,
    read(node, context) {
      const value = node.kind === "scalar" ? node.value : undefined;
      if (typeof value !== "number" || !Number.isFinite(value)) return mismatch(node, expects, context);
      if (node.kind === "scalar" && isRounded(node)) return mismatch(node, EXACT_NUMBER, context);
      return inRange(value, min, max) ? value : mismatch(node, expects, context);
    },
    schema: () => withDescription(description, { type: "number", ...bounds(min, max) }),
  };
}

export function boolean({ description }: Describable = {}): Shape<boolean> {
  const expects = "true or false";
  return {
    expects,
    read(node, context) {
      return node.kind === "scalar" && typeof node.value === "boolean" ? node.value : mismatch(node, expects, context);
    },
    schema: () => withDescription(description, { type: "boolean" }),
  };
}

/** One of a fixed set of words. */
export function oneOfWords<const Words extends readonly string[]>(
  words: Words,
  { description }: Describable = {},
): Shape<Words[number]> {
  const expects = `one of ${words.join(", ")}`;
  return {
    expects,
    read(node, context) {
      const found = node.kind === "scalar" ? words.find((word) => word === node.value) : undefined;
      return found ?? reportMismatch({ node, expects, words }, context);
    },
    schema: () => withDescription(description, { enum: words }),
  };
}

/** Anything YAML can say, as plain values. */
export function anything({ description }: Describable = {}): Shape<unknown> {
  return {
    expects: "a value",
    read(node, context) {
      for (const scalar of roundedNumbers(node)) mismatch(scalar, EXACT_NUMBER, context);
      return toPlain(node);
    },
    schema: () => withDescription(description, {}),
  };
}

/** Tells the shapes apart by what kind of node stands there; the first whose kind fits reads it and reports. */
export function either<A, B>(
  first: Shape<A> & { readonly accepts: (node: SourceNode) => boolean },
  second: Shape<B>,
): Shape<A | B> {
  return {
    expects: `${first.expects}, or ${second.expects}`,
    read(node, context): A | B | undefined {
      return first.accepts(node) ? first.read(node, context) : second.read(node, context);
    },
    schema: () => ({ anyOf: [first.schema(), second.schema()] }),
  };
}

/** Says for which nodes a shape of {@link either} is meant. */
export function when<T>(
  accepts: (node: SourceNode) => boolean,
  shape: Shape<T>,
): Shape<T> & { readonly accepts: (node: SourceNode) => boolean } {
  return { ...shape, accepts };
}

/** Reports that the node is not what was expected; returns undefined for the caller to return. */
export function mismatch(node: SourceNode, expects: string, context: ReadContext): undefined {
  reportMismatch({ node, expects, words: [] }, context);
}

interface Mismatch {
  readonly node: SourceNode;
  readonly expects: string;
  /** What the author may have meant. */
  readonly words: readonly string[];
}

function reportMismatch({ node, expects, words }: Mismatch, context: ReadContext): undefined {
  const hint = node.kind === "scalar" && typeof node.value === "string" ? didYouMean(node.value, words) : "";
  context.report({
    code: context.code,
    severity: "error",
    message: `Expected ${expects}, found ${describeNode(node)}.${hint}`,
    span: node.span,
    fix: `Write ${expects}.`,
    example: undefined,
  });
}

/** `the number 5`, `a list`: what stands there, for messages. */
export function describeNode(node: SourceNode): string {
  if (node.kind === "map") return "a map";
  if (node.kind === "list") return "a list";
  const { value } = node;
  if (value === null) return "nothing";
  if (typeof value === "string") return value === "" ? "an empty text" : `the text \`${shorten(value)}\``;
  if (typeof value === "boolean") return `\`${value}\``;
  return `the number ${shorten(node.text)}`;
}

/** The description joined with a schema, when there is one. */
export function withDescription(description: string | undefined, schema: JsonSchema): JsonSchema {
  return description === undefined ? schema : { description, ...schema };
}

/** A map node, or undefined after reporting. */
export function expectMap(node: SourceNode, expects: string, context: ReadContext): SourceMap | undefined {
  return node.kind === "map" ? node : mismatch(node, expects, context);
}

function shorten(value: string): string {
  return value.length > 40 ? `${value.slice(0, 40)}…` : value;
}

function inRange(value: number, min: number | undefined, max: number | undefined): boolean {
  return value >= (min ?? -Infinity) && value <= (max ?? Infinity);
}

function range(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` of at least ${min}`;
  return max === undefined ? "" : ` of at most ${max}`;
}

function bounds(min: number | undefined, max: number | undefined): JsonSchema {
  return { ...(min === undefined ? {} : { minimum: min }), ...(max === undefined ? {} : { maximum: max }) };
}
