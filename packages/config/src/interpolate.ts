/** Where placeholders get their values. Both answer undefined for a variable they do not know. */
export interface Variables {
  /** The environment. An empty variable is set. */
  fromEnvironment(name: string): string | undefined;
  /** What the caller provides for a variable that is not set and has no default in the file. */
  fromFallbacks(name: string): string | undefined;
}

/** A text with its placeholders replaced. */
export interface Interpolation {
  /** The result; meaningless when something is missing or malformed. */
  readonly text: string;
  /** Variables whose value went into the text. */
  readonly used: readonly string[];
  /** Variables that are not set and have no default. */
  readonly missing: readonly string[];
  /** What is wrong with how the placeholders are written. */
  readonly problem: string | undefined;
}

/** Names POSIX allows for an environment variable. */
export const VARIABLE_NAME: RegExp = /^[A-Za-z_][A-Za-z0-9_]*$/;

type Part = string | Placeholder;

interface Placeholder {
  readonly name: string;
  readonly fallback: readonly Part[] | undefined;
}

interface Reader {
  readonly text: string;
  at: number;
  problem: string | undefined;
}

// Deeper nesting is a mistake, and an unbounded one would let a file exhaust the stack.
const MAX_NESTING = 16;

/** True when the text has anything for {@link interpolate} to do. */
export function hasPlaceholder(text: string): boolean {
  return text.includes("${");
}

/**
 * Replaces `${VAR}` and `${VAR:default}`. The name ends at the first `:`, a default may hold placeholders itself, and `$${` stands for `${`.
 *
 * A value that comes from a variable is inserted as it is: placeholders in it are not looked at.
 */
export function interpolate(text: string, variables: Variables): Interpolation {
  const reader: Reader = { text, at: 0, problem: undefined };
  const parts = readParts(reader, 0);
  const used = new Set<string>();
  const missing = new Set<string>();
  const render = (part: Part): string => {
    if (typeof part === "string") return part;
    const value = variables.fromEnvironment(part.name);
    if (value === undefined && part.fallback !== undefined) return part.fallback.map(render).join("");
    const provided = value ?? variables.fromFallbacks(part.name);
    (provided === undefined ? missing : used).add(part.name);
    return provided ?? "";
  };
  const rendered = reader.problem === undefined ? parts.map(render).join("") : "";
  return { text: rendered, used: [...used], missing: [...missing], problem: reader.problem };
}

/** Reads up to the end of the text or, inside a placeholder, up to the brace that closes it. */
function readParts(reader: Reader, depth: number): Part[] {
  const { text } = reader;
  const parts: Part[] = [];
  while (reader.at < text.length && reader.problem === undefined) {
    if (text.startsWith("$${", reader.at)) {
      parts.push("${");
      reader.at += 3;
    } else if (text.startsWith("${", reader.at)) {
      parts.push(readPlaceholder(reader, depth + 1));
    } else if (depth > 0 && text[reader.at] === "}") {
      break;
    } else {
      parts.push(text.charAt(reader.at));
      reader.at += 1;
    }
  }
  return parts;
}

function readPlaceholder(reader: Reader, depth: number): Placeholder {
  const nameStart = reader.at + 2;
  const nameEnd = nameStart + reader.text.slice(nameStart).search(/[:}]|$/);
  const name = reader.text.slice(nameStart, nameEnd);
  const mark = reader.text[nameEnd];
  reader.at = nameEnd + 1;
  reader.problem = nameProblem(name, mark) ?? (depth > MAX_NESTING ? "placeholders nest too deeply" : undefined);
  if (reader.problem !== undefined || mark === "}") return { name, fallback: undefined };
  const fallback = readParts(reader, depth);
  if (reader.text[reader.at] !== "}") reader.problem ??= `unterminated environment placeholder \`\${${name}\``;
  reader.at += 1;
  return { name, fallback };
}

function nameProblem(name: string, mark: string | undefined): string | undefined {
  if (mark === undefined) return `unterminated environment placeholder \`\${${shorten(name)}\``;
  if (name === "")
    return mark === "}" ? "empty environment placeholder" : "environment placeholder is missing a variable name";
  return VARIABLE_NAME.test(name) ? undefined : `\`${shorten(name)}\` is not the name of an environment variable`;
}

function shorten(name: string): string {
  return name.length > 40 ? `${name.slice(0, 40)}…` : name;
}
