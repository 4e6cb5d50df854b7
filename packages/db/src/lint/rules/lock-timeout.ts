import type { Node, RangeVar, VariableSetStmt } from "libpg-query";
import { stronglyLocked } from "../locks.ts";
import { tableKey } from "../names.ts";
import type { Rule } from "../rule.ts";
import { findNodes } from "../walk.ts";

/** Longer than this, whoever waits behind the statement gives up. */
const LONGEST_MS = 10_000;

/**
 * A file that switches the migrator's `lock_timeout` off, and then locks a table in use. Off for CONCURRENTLY is right:
 * that waits long, and nobody waits for it.
 */
export const checkLockTimeout: Rule = ({ statement: { node, start, end }, script, schema }) => {
  if (!isLockTimeout(node)) return [];
  const timeoutMs = valueMs(node.VariableSetStmt);
  if (timeoutMs > 0 && timeoutMs <= LONGEST_MS) return [];
  const after = script.statements.filter((other) => other.start > start);
  const next = after.findIndex((other) => isLockTimeout(other.node));
  const under = next < 0 ? after : after.slice(0, next);
  const isLocked = (relation: RangeVar): boolean => !schema.isNew(tableKey(relation));
  if (!under.some((other) => stronglyLocked(other.node).some(isLocked))) return [];
  return [
    {
      code: "MC045",
      message: "A statement that waits longer for its lock makes everybody wait who uses the table after it.",
      fix: "Leave it out, since `shaperail migrate` sets 2 s and tries again, or set no more than 10 s.",
      example: "SET lock_timeout = '2s';",
      start,
      end,
    },
  ];
};

function isLockTimeout(node: Node): node is Extract<Node, { readonly VariableSetStmt: unknown }> {
  return "VariableSetStmt" in node && node.VariableSetStmt.name?.toLowerCase() === "lock_timeout";
}

/** The same for files that another program applies: they must set it themselves. */
export const checkLockTimeoutIsSet: Rule = ({ statement, script, schema }) => {
  const { node, start, end } = statement;
  if (!stronglyLocked(node).some((relation) => !schema.isNew(tableKey(relation)))) return [];
  const before = script.statements.filter((other) => other.start < start);
  const isSet = before.some((other) => isLockTimeout(other.node));
  const isFirst = !before.some((other) => stronglyLocked(other.node).length > 0);
  if (isSet || !isFirst) return [];
  return [
    {
      code: "MC045",
      message: "The statement may wait for its lock without end, and everybody who uses the table waits behind it.",
      fix: "Set lock_timeout first, and try again when it ends the statement.",
      example: `SET lock_timeout = '2s';\n${script.sql.slice(start, end)};`,
      start,
      end,
    },
  ];
};

const UNIT_MS: Readonly<Record<string, number>> = {
  us: 0.001,
  "": 1,
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** 0, which is PostgreSQL's own default, when it is reset. */
function valueMs(setting: VariableSetStmt): number {
  const [value] = findNodes(setting.args, "A_Const");
  if (value?.sval === undefined) return value?.ival?.ival ?? 0;
  const [, digits, unit = ""] = /^\s*([\d.]+)\s*([a-z]*)\s*$/.exec(value.sval.sval ?? "") ?? [];
  return Number(digits ?? 0) * (UNIT_MS[unit] ?? 0);
}
