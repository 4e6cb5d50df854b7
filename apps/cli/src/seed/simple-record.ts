import { retypeScalar } from "@shaperail/source";

/** A record's values, or undefined when it takes a YAML parser to say what they are. */
export type SimpleValues = Record<string, unknown>;

/** Reads a column's plain text as the value YAML gives it. */
type TypePlain = (text: string, column: string) => unknown;

/**
 * Reads a record that is either lines of `key: value` or one `{ key: value, key: [value, value] }`, without anything that
 * has more than one reading: no escapes, no nesting, no text over several lines. Whatever is left is for the parser.
 */
export function readSimpleRecord(lines: readonly string[], textColumns: ReadonlySet<string>): SimpleValues | undefined {
  const typePlain: TypePlain = (text, column) => {
    const value = retypeScalar(text);
    return textColumns.has(column) && value !== null ? text : value;
  };
  const written = lines.filter((line) => line !== "" && !line.trimStart().startsWith("#"));
  const [first = ""] = written;
  if (first.startsWith("- {")) return written.length === 1 ? readFlow(first, typePlain) : undefined;
  return readLines(written, typePlain);
}

const PAIR = /^(?:- | {2})([A-Za-z_][A-Za-z0-9_]*):(?: +(.*?))? *$/;

function readLines(lines: readonly string[], typePlain: TypePlain): SimpleValues | undefined {
  const values: SimpleValues = {};
  for (const line of lines) {
    const [, key, written = ""] = PAIR.exec(line) ?? [];
    if (key === undefined || isTaken(values, key)) return undefined;
    const quoted = /^"([^"\\]*)"$|^'([^']*)'$/.exec(written);
    if (quoted !== null) values[key] = quoted[1] ?? quoted[2];
    else if (isPlain(written)) values[key] = typePlain(written, key);
    else return undefined;
  }
  return values;
}

/** True for a plain scalar that ends where it seems to: no indicator at its start, no comment, no nested mapping. */
function isPlain(text: string): boolean {
  return !/^[?:,[\]{}#&*!|>'"%@`\s]|^-(?:\s|$)|\t|: |:$| #/.test(text);
}

const KEY = /([A-Za-z_][A-Za-z0-9_]*): +/y;
const NEXT = / *, */y;
const QUOTED = /"([^"\\]*)"|'([^']*)'(?!')/y;
/** Inside brackets a plain scalar also ends at a comma or a bracket. */
const PLAIN =
  /(?:[^\s\-?:,[\]{}#&*!|>'"%@`]|-(?=[^\s,[\]{}]))(?:[^\s:#,[\]{}]|:(?![\s,[\]{}])|(?<=\S)#| +(?=[^\s:#,[\]{}]))*/y;

function readFlow(line: string, typePlain: TypePlain): SimpleValues | undefined {
  let at = "- {".length;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(line);
    if (match === null) return undefined;
    at = pattern.lastIndex;
    return match;
  };
  const takeScalar = (column: string): { readonly value: unknown } | undefined => {
    const quoted = take(QUOTED);
    if (quoted !== undefined) return { value: quoted[1] ?? quoted[2] };
    const plain = take(PLAIN);
    return plain === undefined ? undefined : { value: typePlain(plain[0], column) };
  };
  const takeList = (column: string): { readonly value: unknown[] } | undefined => {
    const items: unknown[] = [];
    do {
      const item = takeScalar(column);
      if (item === undefined) return undefined;
      items.push(item.value);
    } while (take(NEXT) !== undefined);
    return take(/ *\]/y) === undefined ? undefined : { value: items };
  };

  const values: SimpleValues = {};
  take(/ */y);
  do {
    const key = take(KEY)?.[1];
    if (key === undefined || isTaken(values, key)) return undefined;
    const taken = take(/\[ */y) === undefined ? takeScalar(key) : takeList(key);
    if (taken === undefined) return undefined;
    values[key] = taken.value;
  } while (take(NEXT) !== undefined);
  take(/ *\} */y);
  return at === line.length && line.trimEnd().endsWith("}") ? values : undefined;
}

/** A repeated key is a mistake, which the parser reports. */
function isTaken(values: SimpleValues, key: string): boolean {
  return Object.hasOwn(values, key) || key === "__proto__";
}
