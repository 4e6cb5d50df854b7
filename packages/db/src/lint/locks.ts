import type { AlterTableType, Node, RangeVar } from "libpg-query";
import { findNodes } from "./walk.ts";

/** Parts of ALTER TABLE that let others read and write: SHARE UPDATE EXCLUSIVE, by PostgreSQL's table of locks. */
const GENTLE = new Set<AlterTableType | undefined>([
  "AT_ValidateConstraint",
  "AT_SetStatistics",
  "AT_SetOptions",
  "AT_ResetOptions",
  "AT_SetRelOptions",
  "AT_ResetRelOptions",
  "AT_ClusterOn",
  "AT_DropCluster",
]);

/** Tables that nobody writes, and often nobody reads, from the statement to the end of its transaction. */
export function stronglyLocked(node: Node): RangeVar[] {
  if ("AlterTableStmt" in node) {
    const { relation, cmds = [] } = node.AlterTableStmt;
    const commands = cmds.flatMap((cmd) => ("AlterTableCmd" in cmd ? [cmd.AlterTableCmd] : []));
    const [partition] = findNodes(cmds, "PartitionCmd");
    // The parent can be used; the partition that is attached cannot.
    if (commands[0]?.subtype === "AT_AttachPartition") return partition?.name === undefined ? [] : [partition.name];
    const isGentle = partition?.concurrent === true || commands.every(({ subtype }) => GENTLE.has(subtype));
    return relation === undefined || isGentle ? [] : [relation];
  }
  if ("TruncateStmt" in node) return [...findNodes(node.TruncateStmt.relations, "RangeVar")];
  const relation = lockedRelation(node);
  return relation === undefined ? [] : [relation];
}

function lockedRelation(node: Node): RangeVar | undefined {
  if ("RenameStmt" in node) return node.RenameStmt.relation;
  if ("AlterObjectSchemaStmt" in node) return node.AlterObjectSchemaStmt.relation;
  if ("CreateTrigStmt" in node) return node.CreateTrigStmt.relation;
  return "IndexStmt" in node && node.IndexStmt.concurrent !== true ? node.IndexStmt.relation : undefined;
}
