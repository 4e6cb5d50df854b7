import type { Node, ParseResult, ScanToken } from "libpg-query";

/** A piece of the file between white space, comments included. Offsets count UTF-16 units. */
export interface ScriptToken {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly isComment: boolean;
}

export interface ScriptStatement {
  readonly node: Node;
  readonly start: number;
  /** Exclusive, and before the semicolon. */
  readonly end: number;
  readonly tokens: readonly ScriptToken[];
}

/** A migration file as PostgreSQL's own parser reads it. */
export interface Script {
  readonly sql: string;
  /** The whole file is one transaction. */
  readonly isTransactional: boolean;
  readonly statements: readonly ScriptStatement[];
  readonly comments: readonly ScriptToken[];
  /** Where a `location` of the syntax tree is in the file. */
  at(location: number | undefined): number;
}

/** What the parser does not understand. */
export interface SyntaxMistake {
  readonly message: string;
  readonly offset: number;
}

export interface ParseScriptOptions {
  /** @default what the file's first line says */
  readonly isTransactional?: boolean;
}

/** Parses a file with the grammar of PostgreSQL 18, which is loaded with the first file. */
export async function parseScript(
  sql: string,
  { isTransactional = !/^\uFEFF?--\s*no-transaction\b/.test(sql) }: ParseScriptOptions = {},
): Promise<Script | SyntaxMistake> {
  const { hasSqlDetails, parse, scan } = await import("libpg-query");
  // A byte order mark is no SQL; a space in its place keeps every offset.
  const text = sql.replace(/^\uFEFF/, " ");
  // The parser takes nothing at all for a mistake of its caller's.
  if (text.trim() === "") return { sql, isTransactional, at: (location = 0) => location, statements: [], comments: [] };
  try {
    const [tree, { tokens }] = [await parse(text), await scan(text)];
    const at = unitOffsets(text);
    return { sql, isTransactional, at, ...toStatements(tree, tokens, at) };
  } catch (error) {
    if (!hasSqlDetails(error)) throw error;
    const characters = Math.max(0, error.sqlDetails?.cursorPosition ?? 0);
    return { message: error.message, offset: Array.from(text).slice(0, characters).join("").length };
  }
}

/** The parser counts bytes of UTF-8. */
function unitOffsets(text: string): (location: number | undefined) => number {
  const length = Buffer.byteLength(text);
  if (length === text.length) return (location = 0) => Math.max(0, location);
  const units = new Uint32Array(length + 1);
  let byte = 0;
  let unit = 0;
  for (const character of text) {
    units.fill(unit, byte, byte + Buffer.byteLength(character));
    byte += Buffer.byteLength(character);
    unit += character.length;
  }
  units[length] = unit;
  return (location = 0) => units[Math.max(0, location)] ?? unit;
}

function toStatements(
  { stmts = [] }: ParseResult,
  scanned: readonly ScanToken[],
  at: (location: number) => number,
): Pick<Script, "statements" | "comments"> {
  const tokens = scanned.map(({ start, end, text, tokenName }) => ({
    start: at(start),
    end: at(end),
    text,
    isComment: tokenName.endsWith("_COMMENT"),
  }));
  const words = tokens.filter(({ isComment }) => !isComment);
  let next = 0;
  const statements = stmts.flatMap(({ stmt, stmt_location: location = 0, stmt_len: length }) => {
    const from = at(location);
    const to = length === undefined ? Infinity : at(location + length);
    const own: ScriptToken[] = [];
    for (let word = words[next]; word !== undefined && word.start < to; word = words[(next += 1)]) {
      if (word.start >= from && word.text !== ";") own.push(word);
    }
    const [first, last] = [own[0], own.at(-1)];
    if (stmt === undefined || first === undefined || last === undefined) return [];
    return [{ node: stmt, start: first.start, end: last.end, tokens: own }];
  });
  return { statements, comments: tokens.filter(({ isComment }) => isComment) };
}
