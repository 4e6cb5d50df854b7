import type { Finding } from "../finding.ts";
import { keyOf, stringsOf, tableKey, tableSql } from "../names.ts";
import { inBatches, separately } from "../rewrite.ts";
import type { Rule, RuleContext } from "../rule.ts";
import { findNodes } from "../walk.ts";

/** Statements about a whole table: rewrites, refreshes, locks, TRUNCATE. */
export const checkWholeTable: Rule = (context) => {
  const { node, start, end } = context.statement;
  const place = { start, end };
  if ("ClusterStmt" in node) return rewrite(context, { ...place, what: "CLUSTER" });
  if ("VacuumStmt" in node) {
    const isFull = (node.VacuumStmt.options ?? []).some(
      (option) => "DefElem" in option && option.DefElem.defname === "full",
    );
    return isFull ? rewrite(context, { ...place, what: "VACUUM FULL" }) : [];
  }
  if ("RefreshMatViewStmt" in node) return refresh(context);
  if ("TruncateStmt" in node) return truncate(context);
  if ("LockStmt" in node) return lock(context);
  return [];
};

function rewrite(
  { statement, schema }: RuleContext,
  { what, ...place }: { what: string; start: number; end: number },
): Finding[] {
  const relations = findNodes(statement.node, "VacuumRelation").flatMap(({ relation }) => relation ?? []);
  const clustered = "ClusterStmt" in statement.node ? (statement.node.ClusterStmt.relation ?? []) : [];
  const names = [relations, clustered].flat();
  if (names.length > 0 && names.every((name) => schema.isNew(tableKey(name)))) return [];
  return [
    {
      ...place,
      code: "MC017",
      message: `${what} writes the whole table again, and nobody reads or writes it meanwhile.`,
      fix: "Leave it to autovacuum; a table that must shrink is repacked by pg_repack, beside the migrations.",
    },
  ];
}

function refresh({ statement: { node, start, end }, schema }: RuleContext): Finding[] {
  if (!("RefreshMatViewStmt" in node)) return [];
  const { relation = {}, concurrent, skipData } = node.RefreshMatViewStmt;
  if (concurrent === true || schema.isNew(tableKey(relation))) return [];
  return [
    {
      code: "MC018",
      message: `Nobody reads ${tableSql(relation)} until it is computed again.`,
      fix: "Refresh it concurrently, for which it needs a unique index.",
      ...(skipData === true ? {} : { example: `REFRESH MATERIALIZED VIEW CONCURRENTLY ${tableSql(relation)};` }),
      start,
      end,
    },
  ];
}

function truncate({ statement: { node, start, end }, schema }: RuleContext): Finding[] {
  const relations = "TruncateStmt" in node ? findNodes(node.TruncateStmt.relations, "RangeVar") : [];
  const used = relations.filter((relation) => !schema.isNew(tableKey(relation)));
  const [first] = used;
  if (first === undefined) return [];
  return [
    {
      code: "MC043",
      message: `TRUNCATE takes every row of ${used.map(tableSql).join(", ")} away from those who read it, and waits for all of them to finish first.`,
      fix: "Delete in batches, or write the rows into a new table.",
      example: separately(
        ...used.map((relation) => {
          const table = tableSql(relation);
          return inBatches({ table, known: schema.table(tableKey(relation)), statement: `DELETE FROM ${table}` });
        }),
      ),
      start,
      end,
    },
  ];
}

/** `LOCK TABLE … IN SHARE MODE`, the weakest that stops a writer. */
const SHARE_MODE = 5;

function lock({ statement: { node, start, end }, schema }: RuleContext): Finding[] {
  if (!("LockStmt" in node)) return [];
  const { relations, mode = 0 } = node.LockStmt;
  const used = findNodes(relations, "RangeVar").filter((relation) => !schema.isNew(tableKey(relation)));
  if (mode < SHARE_MODE || used.length === 0) return [];
  const tables = used.map(tableSql).join(", ");
  return [
    {
      code: "MC044",
      message: `The lock stops everybody who writes ${tables} until the transaction ends.`,
      fix: "Leave it out: each statement takes the lock it needs. To keep only other migrations out, take a weaker one.",
      example: `LOCK TABLE ${tables} IN SHARE UPDATE EXCLUSIVE MODE;`,
      start,
      end,
    },
  ];
}

/** Names a DROP lists. */
export function droppedNames({ statement: { node } }: RuleContext): string[] {
  return "DropStmt" in node ? (node.DropStmt.objects ?? []).map((name) => keyOf(stringsOf([name]))) : [];
}
