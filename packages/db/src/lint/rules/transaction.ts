import type { Node } from "libpg-query";
import type { Finding } from "../finding.ts";
import { stronglyLocked } from "../locks.ts";
import { keyOf, stringsOf, tableKey, tableSql } from "../names.ts";
import { separately } from "../rewrite.ts";
import type { Rule, RuleContext } from "../rule.ts";
import { findNodes } from "../walk.ts";

/** What must not be in a transaction, or not in one transaction with what is before it. */
export const checkTransaction: Rule = (context) => [
  ...control(context),
  ...notInTransaction(context),
  ...severalTables(context),
  ...enumValue(context),
];

const CONTROL = new Set(["TRANS_STMT_BEGIN", "TRANS_STMT_START", "TRANS_STMT_COMMIT", "TRANS_STMT_ROLLBACK"]);

function control({ script, statement: { node, start, end } }: RuleContext): Finding[] {
  if (!script.isTransactional || !("TransactionStmt" in node) || !CONTROL.has(node.TransactionStmt.kind ?? ""))
    return [];
  return [
    {
      code: "MC005",
      message:
        "The file runs in a transaction of the migrator's, which this statement begins again or ends too soon: what comes after it is not undone when it fails.",
      fix: "Leave it out, or say `-- no-transaction` in the first line.",
      start,
      end,
    },
  ];
}

/** PostgreSQL refuses these inside a transaction. */
function refusesTransaction(node: Node): boolean {
  if ("IndexStmt" in node) return node.IndexStmt.concurrent === true;
  if ("DropStmt" in node) return node.DropStmt.concurrent === true;
  if ("VacuumStmt" in node) return node.VacuumStmt.is_vacuumcmd === true;
  if ("ReindexStmt" in node) {
    const { kind = "", params = [] } = node.ReindexStmt;
    const isConcurrent = params.some((option) => "DefElem" in option && option.DefElem.defname === "concurrently");
    return isConcurrent || !["REINDEX_OBJECT_INDEX", "REINDEX_OBJECT_TABLE"].includes(kind);
  }
  if ("AlterTableStmt" in node) return findNodes(node, "PartitionCmd").some(({ concurrent }) => concurrent === true);
  return ["CreatedbStmt", "DropdbStmt", "CreateTableSpaceStmt", "DropTableSpaceStmt", "AlterSystemStmt"].some(
    (kind) => kind in node,
  );
}

function notInTransaction({ script, statement }: RuleContext): Finding[] {
  const { node, start, end } = statement;
  if (!script.isTransactional || !refusesTransaction(node)) return [];
  return [
    {
      code: "MC023",
      message: "PostgreSQL refuses this statement inside a transaction, and the file runs in one.",
      fix: "Say `-- no-transaction` in the first line of the file.",
      example: separately(script.sql.slice(start, end)),
      start,
      end,
    },
  ];
}

/** Tables in use which the statement locks. */
function usedTables(node: Node, { schema }: RuleContext): string[] {
  return stronglyLocked(node)
    .map(tableKey)
    .filter((table) => !schema.isNew(table));
}

/** Locks are held to the end: who holds one of two tables and waits for the other makes a deadlock. */
function severalTables(context: RuleContext): Finding[] {
  const { statement, transaction, script } = context;
  const own = usedTables(statement.node, context);
  // Files that only insert rows are long, and have nothing to compare.
  if (own.length === 0) return [];
  const before = new Set(transaction.flatMap(({ node }) => usedTables(node, context)));
  const added = own.filter((table) => !before.has(table));
  if (before.size !== 1 || added.length === 0) return [];
  return [
    {
      code: "MC040",
      message: `The transaction holds ${[...before].join()} locked while it waits for ${added.join()}: a request that uses both can end in a deadlock, and both are locked until the end.`,
      fix: "Change each table in a file of its own, or in one that says `-- no-transaction`.",
      example: separately(...[...transaction, statement].map(({ start, end }) => script.sql.slice(start, end))),
      start: statement.start,
      end: statement.end,
    },
  ];
}

/** PostgreSQL refuses a new value of an enum until the transaction that added it has ended. */
function enumValue({ statement, transaction, schema, script }: RuleContext): Finding[] {
  for (const { node, start, end } of transaction) {
    if (!("AlterEnumStmt" in node)) continue;
    const { newVal, oldVal, typeName } = node.AlterEnumStmt;
    if (oldVal !== undefined || schema.isNewType(keyOf(stringsOf(typeName)))) continue;
    if (!findNodes(statement.node, "A_Const").some(({ sval }) => sval?.sval === newVal)) continue;
    return [
      {
        code: "MC025",
        message: `The value '${newVal}' of the enum is added in the same transaction: PostgreSQL refuses to use it before that has ended.`,
        fix: "Add the value in a file of its own, before this one.",
        example: separately(script.sql.slice(start, end), script.sql.slice(statement.start, statement.end)),
        start: statement.start,
        end: statement.end,
      },
    ];
  }
  return [];
}

/** Rows are changed in one transaction with the table, which stays locked until all of them are. */
export const checkBackfill: Rule = (context) => {
  const { statement, transaction, script } = context;
  const isChange = (node: Node): boolean => changedTable(node, context) !== undefined;
  const isLock = (node: Node): boolean => usedTables(node, context).length > 0;
  if (!isChange(statement.node) && !isLock(statement.node)) return [];
  const others = transaction.map(({ node }) => node);
  // Reported once, at the statement that makes the two meet.
  const meets =
    (isChange(statement.node) && others.some(isLock) && !others.some(isChange)) ||
    (isLock(statement.node) && others.some(isChange) && !others.some(isLock));
  if (!meets) return [];
  const table = [statement.node, ...others]
    .map((node) => changedTable(node, context))
    .find((name) => name !== undefined);
  return [
    {
      code: "MC041",
      message: `Rows of ${table} are changed in the transaction that changes a table: the table stays locked until every row is done.`,
      fix: "Change the rows in a file of their own, or say `-- no-transaction`.",
      example: separately(...[...transaction, statement].map(({ start, end }) => script.sql.slice(start, end))),
      start: statement.start,
      end: statement.end,
    },
  ];
};

function changedTable(node: Node, { schema }: RuleContext): string | undefined {
  const relation =
    "UpdateStmt" in node
      ? node.UpdateStmt.relation
      : "DeleteStmt" in node
        ? node.DeleteStmt.relation
        : "MergeStmt" in node
          ? node.MergeStmt.relation
          : "InsertStmt" in node && findNodes(node.InsertStmt.selectStmt, "RangeVar").length > 0
            ? node.InsertStmt.relation
            : undefined;
  return relation === undefined || schema.isNew(tableKey(relation)) ? undefined : tableSql(relation);
}
