import type { AlterTableType } from "libpg-query";
import { identifier } from "../../migrate/sql-text.ts";
import { stronglyLocked } from "../locks.ts";
import { tableKey, tableSql } from "../names.ts";
import type { ScriptStatement } from "../parse-script.ts";
import { notNullSteps, separately } from "../rewrite.ts";
import { alterCommands, type AlterRule, type Rule } from "../rule.ts";
import { checkAddColumn } from "./add-column.ts";
import { checkAddConstraint } from "./add-constraint.ts";
import { checkAlterType } from "./alter-type.ts";
import { checkAttachPartition, checkDetachPartition } from "./partition.ts";

/** Every part of an ALTER TABLE by itself. */
export const checkAlterTable: Rule = (context) =>
  alterCommands(context, tableKey).flatMap((alter) => {
    const { subtype } = alter.command;
    return subtype === undefined ? [] : (RULES[subtype]?.(alter, context) ?? []);
  });

const checkSetNotNull: AlterRule = ({ relation, command, start, end }, { schema }) => {
  const column = command.name ?? "";
  if (schema.isProvenNotNull(tableKey(relation), column)) return [];
  return [
    {
      code: "MC013",
      message: `SET NOT NULL reads all of ${tableSql(relation)}, and nobody else reads or writes it meanwhile.`,
      fix: "Add a CHECK as NOT VALID and validate it first: PostgreSQL then needs not look.",
      example: separately(...notNullSteps(tableSql(relation), column)),
      start,
      end,
    },
  ];
};

/** Validating is made to let others work; it cannot while its own transaction holds a stronger lock. */
const checkValidate: AlterRule = ({ relation, command, start, end }, { transaction, statement, script }) => {
  const locks = ({ node }: ScriptStatement): boolean =>
    stronglyLocked(node).some((locked) => tableKey(locked) === tableKey(relation));
  const isLockedBySelf = locks(statement);
  if (!isLockedBySelf && !transaction.some(locks)) return [];
  const validate = `ALTER TABLE ${tableSql(relation)} VALIDATE CONSTRAINT ${identifier(command.name ?? "")}`;
  const before = isLockedBySelf ? [] : transaction.map((one) => script.sql.slice(one.start, one.end));
  return [
    {
      code: "MC024",
      message: `The transaction has locked ${tableSql(relation)} already, and the lock stays until the validation has read the whole table.`,
      fix: "Validate in a file of its own, or in one that says `-- no-transaction`.",
      example: separately(...before, validate),
      start,
      end,
    },
  ];
};

function rewrites(what: string): AlterRule {
  return ({ relation, start, end }) => [
    {
      code: "MC017",
      message: `${what} writes all of ${tableSql(relation)} again, and nobody reads or writes it meanwhile.`,
      fix: "Move the rows into a new table in batches, or allow it for a table that is known to be small.",
      start,
      end,
    },
  ];
}

const RULES: Partial<Record<AlterTableType, AlterRule>> = {
  AT_AddColumn: checkAddColumn,
  AT_AddConstraint: checkAddConstraint,
  AT_AlterColumnType: checkAlterType,
  AT_SetNotNull: checkSetNotNull,
  AT_ValidateConstraint: checkValidate,
  AT_AttachPartition: checkAttachPartition,
  AT_DetachPartition: checkDetachPartition,
  AT_SetTableSpace: rewrites("SET TABLESPACE"),
  AT_SetLogged: rewrites("SET LOGGED"),
  AT_SetUnLogged: rewrites("SET UNLOGGED"),
  AT_SetAccessMethod: rewrites("SET ACCESS METHOD"),
  AT_SetExpression: rewrites("SET EXPRESSION"),
};
