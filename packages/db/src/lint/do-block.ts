import { parseScript, type Script, type ScriptStatement } from "./parse-script.ts";
import { findNodes } from "./walk.ts";

/** What a DO block runs. */
export interface DoBlock {
  /** Its statements as scripts of their own, which all run in one transaction unless the block commits. */
  readonly scripts: readonly Script[];
  /** It runs SQL that it puts together itself, or is written in a language that is not read here. */
  readonly isOpaque: boolean;
}

/** Undefined when the statement is no DO block. */
export async function readDoBlock({ node }: ScriptStatement, sql: string): Promise<DoBlock | undefined> {
  if (!("DoStmt" in node)) return undefined;
  const language = findNodes(node, "DefElem").find(({ defname }) => defname === "language");
  const name = findNodes(language?.arg, "String")[0]?.sval;
  if (name !== undefined && name !== "plpgsql") return { scripts: [], isOpaque: true };
  const { parsePlPgSQL } = await import("libpg-query");
  const tree: unknown = await parsePlPgSQL(sql);
  const commits = has(tree, "PLpgSQL_stmt_commit");
  const scripts = await Promise.all(queriesOf(tree).map((query) => parseScript(query, { isTransactional: !commits })));
  return {
    scripts: scripts.filter((script) => "statements" in script),
    isOpaque: has(tree, "PLpgSQL_stmt_dynexecute"),
  };
}

function has(tree: unknown, kind: string): boolean {
  if (typeof tree !== "object" || tree === null) return false;
  return Object.entries(tree).some(([key, child]) => key === kind || has(child, kind));
}

/** The statements a block has among its own, in their order. */
function queriesOf(tree: unknown): string[] {
  if (typeof tree !== "object" || tree === null) return [];
  return Object.entries(tree).flatMap(([key, child]) => {
    if (key !== "PLpgSQL_stmt_execsql") return queriesOf(child);
    const query = (child as { sqlstmt?: { PLpgSQL_expr?: { query?: string } } }).sqlstmt?.PLpgSQL_expr?.query;
    return query === undefined ? [] : [query];
  });
}
