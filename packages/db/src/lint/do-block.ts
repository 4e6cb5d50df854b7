import { parseScript, type Script, type ScriptStatement } from "./parse-script.ts";
import { findNodes } from "./walk.ts";

/** What a DO block runs. */
export interface DoBlock {
  /** Its statements as a script of their own, which is one transaction unless the block commits. */
  readonly script: Script | undefined;
  /** It runs SQL that it puts together itself, or is written in a language that is not read here. */
  readonly isOpaque: boolean;
}

/** Undefined when the statement is no DO block. */
export async function readDoBlock({ node }: ScriptStatement, sql: string): Promise<DoBlock | undefined> {
  if (!("DoStmt" in node)) return undefined;
  const language = findNodes(node, "DefElem").find(({ defname }) => defname === "language");
  const name = findNodes(language?.arg, "String")[0]?.sval;
  if (name !== undefined && name !== "plpgsql") return { script: undefined, isOpaque: true };
  const { hasSqlDetails, parsePlPgSQL } = await import("libpg-query");
  const tree: unknown = await parsePlPgSQL(sql).catch((error: unknown) => {
    // A body that is not understood is left to the server, which says what is wrong with it.
    if (hasSqlDetails(error)) return undefined;
    throw error;
  });
  if (tree === undefined) return { script: undefined, isOpaque: true };
  const commits = has(tree, "PLpgSQL_stmt_commit");
  const script = await parseScript(queriesOf(tree).join(";\n"), { isTransactional: !commits });
  const isRead = "statements" in script;
  return { script: isRead ? script : undefined, isOpaque: !isRead || has(tree, "PLpgSQL_stmt_dynexecute") };
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
