import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type YAMLError } from "yaml";
import type { Diagnostic } from "./diagnostic.ts";
import type { ScalarValue, SourceEntry, SourceNode, SourcePosition, SourceSpan } from "./node.ts";

export interface ParseYamlOptions {
  /** Path for the positions, as a person would type it. */
  readonly file: string;
  /** Code of the diagnostics this function makes. @default "SR000" */
  readonly code?: string;
  /** Longest accepted text, in UTF-16 units. @default 1_048_576 */
  readonly maxLength?: number;
  /** Deepest accepted nesting of maps and lists. @default 32 */
  readonly maxDepth?: number;
}

export interface ParsedYaml {
  /** Undefined when the text is empty or has a mistake. */
  readonly root: SourceNode | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads one YAML 1.2 document with the place of everything in it. Never throws.
 *
 * Aliases, tags, merge keys, duplicate keys and keys that are not text are mistakes: a configuration that is read by people has no use for
 * them, and an alias can make a small file enormous.
 */
export function parseYaml(
  text: string,
  { file, code = "SR000", maxLength = 1_048_576, maxDepth = 32 }: ParseYamlOptions,
): ParsedYaml {
  const diagnostics: Diagnostic[] = [];
  const lines = new LineCounter();
  const spanOf = (start: number, end: number): SourceSpan => ({
    file,
    start: positionAt(lines, start),
    end: positionAt(lines, Math.max(start, end)),
  });
  const report = (message: string, span: SourceSpan, fix: string): undefined => {
    diagnostics.push({ code, severity: "error", message, span, fix, example: undefined });
  };

  if (text.length > maxLength) {
    report(`The file is longer than ${maxLength} characters.`, spanOf(0, 0), "Split it into smaller files.");
    return { root: undefined, diagnostics };
  }
  if (mayExhaustStack(text, maxDepth)) {
    report(`The file nests deeper than ${maxDepth} levels.`, spanOf(0, 0), "Flatten the structure.");
    return { root: undefined, diagnostics };
  }

  const document = readDocument(text, lines);
  for (const problem of withoutConsequences([...document.errors, ...document.warnings])) {
    const [start, end] = problem.pos;
    if (text.startsWith("${", start - 1)) {
      const message =
        "A placeholder inside `{ }` or `[ ]` has to be in quotes, because YAML takes its brace for a map.";
      report(
        message,
        spanOf(start - 1, end),
        "Quote it; a number or a switch goes on a line of its own, without quotes.",
      );
      continue;
    }
    report(
      MESSAGE_BY_YAML_CODE[problem.code] ?? firstSentence(problem.message),
      spanOf(start, end),
      FIX_BY_YAML_CODE[problem.code] ?? "Correct the YAML syntax.",
    );
  }
  if (diagnostics.length > 0) return { root: undefined, diagnostics };

  const convert = (node: unknown, fallback: SourceSpan, depth: number): SourceNode | undefined => {
    if (node === null || node === undefined)
      return { kind: "scalar", value: null, text: "", plain: true, span: fallback };
    const span = rangeOf(node, spanOf) ?? fallback;
    if (isAlias(node)) return report("Anchors and aliases are not supported here.", span, "Write the value out.");
    if (depth > maxDepth)
      return report(`The file nests deeper than ${maxDepth} levels.`, span, "Flatten the structure.");
    if (hasTag(node)) return report("YAML tags are not supported here.", span, "Remove the tag.");
    if (isScalar(node)) {
      const plain = node.type === "PLAIN" || node.type === undefined;
      const written = node.source ?? "";
      return { kind: "scalar", value: toScalarValue(node.value, written), text: written, plain, span };
    }
    if (isSeq(node)) {
      const items = node.items.map((item) => convert(item, span, depth + 1));
      return { kind: "list", items: items.filter((item) => item !== undefined), span };
    }
    if (!isMap(node))
      return report("This YAML construct is not supported here.", span, "Use a map, a list or a value.");
    const entries: SourceEntry[] = [];
    const keys = new Set<string>();
    for (const pair of node.items) {
      const keySpan = rangeOf(pair.key, spanOf) ?? span;
      if (!isScalar(pair.key) || hasTag(pair.key) || pair.key.value === null) {
        report("A key must be a plain word.", keySpan, "Write the key as text.");
        continue;
      }
      const key = pair.key.source ?? "";
      if (key === "<<") {
        report("Merge keys are not supported here.", keySpan, "Write the keys out.");
        continue;
      }
      if (keys.has(key)) {
        report("Map keys must be unique.", keySpan, "Keep one of the two.");
        continue;
      }
      keys.add(key);
      const value = convert(pair.value, keySpan, depth + 1);
      if (value !== undefined) entries.push({ key, keySpan, value });
    }
    return { kind: "map", entries, span };
  };

  const empty = document.contents === null;
  const root = empty ? undefined : convert(document.contents, spanOf(0, text.length), 0);
  if (empty) report("The file is empty.", spanOf(0, 0), "Write the keys the file needs, or delete it.");
  return { root: diagnostics.length > 0 ? undefined : root, diagnostics };
}

/** Types plain text the way YAML 1.2 does: `20` is a number, `true` a boolean, an empty text null, everything else text. */
export function retypeScalar(text: string): ScalarValue {
  if (/^(?:~|null|Null|NULL|)$/.test(text)) return null;
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  if (/^[-+]?[0-9]+$/.test(text) || /^0o[0-7]+$/.test(text) || /^0x[0-9a-fA-F]+$/.test(text)) {
    return toScalarValue(Number(text), text);
  }
  if (/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(text)) return Number(text);
  if (/^[-+]?\.(?:inf|Inf|INF)$/.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  return /^\.(?:nan|NaN|NAN)$/.test(text) ? Number.NaN : text;
}

/** What the parser says for those who write programs with it. */
const MESSAGE_BY_YAML_CODE: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: "The file has more than one YAML document.",
};

const FIX_BY_YAML_CODE: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "Indent with spaces.",
  MULTIPLE_DOCS: "Keep one document in the file.",
  BAD_INDENT: "Indent the lines of one block equally.",
  MULTILINE_IMPLICIT_KEY: "Check the indentation and the quotes of the line above.",
};

/** Once the parser has lost the thread, every token that follows is one more that it did not expect. */
function withoutConsequences(problems: readonly YAMLError[]): readonly YAMLError[] {
  const first = problems.findIndex(({ code }) => code === "UNEXPECTED_TOKEN");
  return problems.filter(({ code }, index) => index === first || code !== "UNEXPECTED_TOKEN");
}

function readDocument(text: string, lines: LineCounter): Document.Parsed {
  return parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    keepSourceTokens: false,
    // Checked while converting: the parser compares every key with every other, half a minute for a map of 50 000.
    uniqueKeys: false,
    version: "1.2",
    schema: "core",
    strict: true,
    merge: false,
  });
}

/**
 * True when brackets, marks or indentation may open far more levels than allowed. Asked before parsing: the parser recurses, and close to
 * the end of the stack the engine can abort the process instead of throwing. Brackets in quotes and comments count too, so the bound is
 * generous; the exact one is checked while converting.
 */
function mayExhaustStack(text: string, maxDepth: number): boolean {
  const bound = maxDepth * 8;
  let brackets = 0;
  let marks = 0;
  let indentation = 0;
  let lineStart = true;
  for (let offset = 0; offset < text.length; offset += 1) {
    const character = text[offset];
    if (character === "\n") [marks, indentation, lineStart] = [0, 0, true];
    else if (character === " ") indentation += lineStart ? 1 : 0;
    else {
      lineStart = false;
      if (character === "[" || character === "{") brackets += 1;
      else if (character === "]" || character === "}") brackets = Math.max(0, brackets - 1);
      // `- - - -` opens a level with each mark of one line; so do `?` and `:`.
      else if (character === "-" || character === "?" || character === ":") marks += 1;
    }
    if (brackets > bound || indentation > bound || (marks > bound && /^(?:\s*[-?:]\s){9}/m.test(text))) return true;
  }
  return false;
}

function positionAt(lines: LineCounter, offset: number): SourcePosition {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1), offset };
}

function rangeOf(node: unknown, spanOf: (start: number, end: number) => SourceSpan): SourceSpan | undefined {
  if (typeof node !== "object" || node === null || !("range" in node) || !Array.isArray(node.range)) return undefined;
  const [start, end] = node.range as [number, number, number];
  return spanOf(start, end);
}

function hasTag(node: unknown): boolean {
  return typeof node === "object" && node !== null && "tag" in node && typeof node.tag === "string" && node.tag !== "";
}

function toScalarValue(value: unknown, text: string): ScalarValue {
  if (
    typeof value === "number" &&
    Number.isInteger(value) &&
    !Number.isSafeInteger(value) &&
    /^[-+]?[0-9]+$/.test(text)
  ) {
    return BigInt(text.replace(/^\+/, ""));
  }
  if (value === null || typeof value === "boolean" || typeof value === "number" || typeof value === "bigint")
    return value;
  return text;
}

function firstSentence(message: string): string {
  const [line = message] = message.split("\n", 1);
  return line.endsWith(".") ? line : `${line}.`;
}
