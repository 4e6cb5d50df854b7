import type { AlterTableCmd, RangeVar } from "libpg-query";
import type { LiveRelease } from "../migrate/release-contract.ts";
import type { TableModel } from "../migrate/table-model.ts";
import type { Finding } from "./finding.ts";
import type { Script, ScriptStatement } from "./parse-script.ts";
import type { SchemaMemory } from "./schema-memory.ts";

/** What a rule may look at. */
export interface RuleContext {
  readonly script: Script;
  readonly statement: ScriptStatement;
  /** As it is before the statement. */
  readonly schema: SchemaMemory;
  /** The statements before it that run in the same transaction. */
  readonly transaction: readonly ScriptStatement[];
  /** What the resources read; undefined when that is not known. */
  readonly tables: readonly TableModel[] | undefined;
  /** Releases that may be serving while the statement runs. */
  readonly releases: readonly LiveRelease[];
}

/** Finds what one kind of statement does wrong. Pure. */
export type Rule = (context: RuleContext) => Finding[];

/** One part of an ALTER TABLE, with its text. */
export interface AlterCommand {
  readonly relation: RangeVar;
  readonly command: AlterTableCmd;
  readonly start: number;
  readonly end: number;
}

export type AlterRule = (command: AlterCommand, context: RuleContext) => Finding[];

/** The parts of an ALTER TABLE of a table that is in use; none for a new table, where everything is allowed. */
export function alterCommands({ statement, schema }: RuleContext, key: (relation: RangeVar) => string): AlterCommand[] {
  const { node } = statement;
  if (!("AlterTableStmt" in node)) return [];
  const { relation = {}, cmds = [], objtype } = node.AlterTableStmt;
  if (objtype !== "OBJECT_TABLE" && objtype !== "OBJECT_MATVIEW") return [];
  if (schema.isNew(key(relation))) return [];
  const pieces = piecesOf(statement);
  return cmds.flatMap((cmd, index) => {
    if (!("AlterTableCmd" in cmd)) return [];
    // One piece per command; should that ever not hold, the whole statement is shown.
    const piece = pieces.length === cmds.length ? pieces[index] : undefined;
    return [
      {
        relation,
        command: cmd.AlterTableCmd,
        start: piece?.start ?? statement.start,
        end: piece?.end ?? statement.end,
      },
    ];
  });
}

/** Cuts `ALTER TABLE [IF EXISTS] [ONLY] name [*] a, b (c, d), e` at the commas that are in no parentheses. */
function piecesOf({ tokens }: ScriptStatement): { start: number; end: number }[] {
  const pieces: { start: number; end: number }[] = [];
  let depth = 0;
  let piece: { start: number; end: number } | undefined;
  for (const { start, end, text } of tokens.slice(headLength(tokens.map((token) => token.text)))) {
    if (text === "(" || text === "[") depth += 1;
    if (text === ")" || text === "]") depth -= 1;
    if (text === "," && depth === 0) {
      piece = undefined;
      continue;
    }
    if (piece === undefined) pieces.push((piece = { start, end }));
    piece.end = end;
  }
  return pieces;
}

function headLength(words: readonly string[]): number {
  const is = (index: number, word: string): boolean => words[index]?.toUpperCase() === word;
  let index = is(1, "MATERIALIZED") ? 3 : 2;
  if (is(index, "IF")) index += 2;
  if (is(index, "ONLY")) index += 1;
  index += 1;
  while (is(index, ".")) index += 2;
  return is(index, "*") ? index + 1 : index;
}
