import type { Node } from "libpg-query";
import { tableKey, tableSql } from "../names.ts";
import { inBatches, separately } from "../rewrite.ts";
import type { Rule } from "../rule.ts";

/** UPDATE and DELETE of every row of a table in use. */
export const checkRows: Rule = ({ statement, schema, script }) => {
  const { node, start, end } = statement;
  const change = "UpdateStmt" in node ? node.UpdateStmt : "DeleteStmt" in node ? node.DeleteStmt : undefined;
  const relation = change?.relation;
  if (change === undefined || relation === undefined || schema.isNew(tableKey(relation))) return [];
  if (change.whereClause !== undefined && !isTrue(change.whereClause)) return [];
  const table = tableSql(relation);
  const where = statement.tokens.find(({ text }) => text.toUpperCase() === "WHERE");
  const body = script.sql.slice(start, where?.start ?? end).trim();
  // A batch needs a WHERE of its own, for which a join or RETURNING leaves no place.
  const hasMore = ("fromClause" in change && change.fromClause) || change.returningClause || relation.alias;
  return [
    {
      code: "MC042",
      message: `Every row of ${table} is locked until the last one is done: whoever changes one of them waits.`,
      fix: "Do it in batches that are committed one by one, in a file that says `-- no-transaction`.",
      ...(hasMore
        ? {}
        : { example: separately(inBatches({ table, known: schema.table(tableKey(relation)), statement: body })) }),
      start,
      end,
    },
  ];
};

function isTrue(node: Node): boolean {
  return "A_Const" in node && node.A_Const.boolval?.boolval === true;
}
