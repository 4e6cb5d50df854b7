/** One statement of a file. */
export interface FileStatement {
  readonly text: string;
  /** Where the text starts in the file, in UTF-16 units. */
  readonly offset: number;
}

/**
 * What a semicolon does not end a statement in: quoted strings (E'' with backslashes), quoted identifiers, dollar-quoted
 * bodies and comments. Block comments nest, so only their start is matched.
 */
const TOKEN =
  /--[^\n]*|\/\*|(?<![\w$])[eE]'(?:[^'\\]|''|\\[\s\S])*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(?<![\w$])\$(\w*)\$[\s\S]*?\$\1\$|;/g;

/** Cuts a file into its statements; pieces with nothing but comments and white space are left out. */
export function splitStatements(sql: string): FileStatement[] {
  const statements: FileStatement[] = [];
  let start = 0;
  const cut = (end: number): void => {
    const text = sql.slice(start, end);
    if (hasSql(text)) statements.push({ text, offset: start });
    start = end + 1;
  };
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(sql); match !== null; match = TOKEN.exec(sql)) {
    if (match[0] === "/*") TOKEN.lastIndex = endOfBlockComment(sql, match.index);
    else if (match[0] === ";") cut(match.index);
  }
  cut(sql.length);
  return statements;
}

/** False when there is nothing but comments, semicolons and white space. */
export function hasSql(text: string): boolean {
  let rest = text.replace(/--[^\n]*/g, "");
  for (let start = rest.indexOf("/*"); start >= 0; start = rest.indexOf("/*")) {
    rest = rest.slice(0, start) + rest.slice(endOfBlockComment(rest, start));
  }
  return /[^\s;\uFEFF]/.test(rest);
}

function endOfBlockComment(sql: string, start: number): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = start;
  let depth = 0;
  for (let match = edge.exec(sql); match !== null; match = edge.exec(sql)) {
    depth += match[0] === "/*" ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return sql.length;
}
