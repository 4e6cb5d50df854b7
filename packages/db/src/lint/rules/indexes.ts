import type { Finding } from "../finding.ts";
import { tableKey, tableSql } from "../names.ts";
import { patiently, separately } from "../rewrite.ts";
import type { Rule, RuleContext } from "../rule.ts";
import { droppedNames } from "./whole-table.ts";

export const checkIndexes: Rule = (context) => {
  const { node } = context.statement;
  if ("IndexStmt" in node) return create(context);
  if ("DropStmt" in node && node.DropStmt.removeType === "OBJECT_INDEX") return drop(context);
  return "ReindexStmt" in node ? reindex(context) : [];
};

function create(context: RuleContext): Finding[] {
  const { node, start, end } = context.statement;
  if (!("IndexStmt" in node)) return [];
  const { relation = {}, concurrent } = node.IndexStmt;
  if (concurrent === true || context.schema.isNew(tableKey(relation))) return [];
  return [
    {
      code: "MC020",
      message: `Nobody writes ${tableSql(relation)} until the index is built.`,
      fix: "Build it concurrently, in a file that says `-- no-transaction`.",
      example: separately(...patiently(withConcurrently(context, "INDEX"))),
      start,
      end,
    },
  ];
}

function drop(context: RuleContext): Finding[] {
  const { node, start, end } = context.statement;
  if (!("DropStmt" in node) || node.DropStmt.concurrent === true) return [];
  if (droppedNames(context).every((name) => context.schema.isNewIndex(name))) return [];
  const safe = withConcurrently(context, "INDEX").replace(/\s+cascade$/i, "");
  // Concurrently, PostgreSQL drops one index per statement.
  const [head = "", ...names] = droppedNames(context).length === 1 ? [safe] : splitDrop(safe);
  return [
    {
      code: "MC021",
      message:
        "Nobody reads or writes the table of the index until the transaction ends, and all wait that come after it.",
      fix: "Drop it concurrently, in a file that says `-- no-transaction`.",
      example: separately(...(names.length === 0 ? [head] : names.map((name) => `${head} ${name}`)).flatMap(patiently)),
      start,
      end,
    },
  ];
}

/** `DROP INDEX CONCURRENTLY a, b` as its head and its names. */
function splitDrop(sql: string): string[] {
  const [, head = sql, names = ""] = /^(.*?concurrently(?:\s+if\s+exists)?)\s+(.*)$/is.exec(sql) ?? [];
  return [head, ...names.split(/\s*,\s*/)];
}

function reindex(context: RuleContext): Finding[] {
  const { node, start, end } = context.statement;
  if (!("ReindexStmt" in node)) return [];
  const { relation, kind, params = [] } = node.ReindexStmt;
  if (params.some((option) => "DefElem" in option && option.DefElem.defname === "concurrently")) return [];
  if (relation !== undefined && context.schema.isNew(tableKey(relation))) return [];
  return [
    {
      code: "MC022",
      message: "Nobody writes the table while its index is built again, nor reads it by that index.",
      fix: "Rebuild it concurrently, in a file that says `-- no-transaction`.",
      ...(kind === "REINDEX_OBJECT_SYSTEM"
        ? {}
        : { example: separately(...patiently(withConcurrently(context, "INDEX", "TABLE", "SCHEMA", "DATABASE"))) }),
      start,
      end,
    },
  ];
}

/** The statement with CONCURRENTLY after the first of these words. */
function withConcurrently({ script, statement }: RuleContext, ...words: readonly string[]): string {
  const word = statement.tokens.slice(1).find(({ text }) => words.includes(text.toUpperCase()));
  if (word === undefined) return script.sql.slice(statement.start, statement.end);
  return `${script.sql.slice(statement.start, word.end)} CONCURRENTLY${script.sql.slice(word.end, statement.end)}`;
}
