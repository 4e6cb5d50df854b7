import type { RangeVar } from "libpg-query";
import { identifier } from "../../migrate/sql-text.ts";
import { columnsOf, isSoftDeleted, type TableModel } from "../../migrate/table-model.ts";
import type { Finding } from "../finding.ts";
import { tableKey, tableSql } from "../names.ts";
import { inBatches, separately } from "../rewrite.ts";
import { alterCommands, type Rule, type RuleContext } from "../rule.ts";
import { droppedNames } from "./whole-table.ts";

/** What is taken away while the resources read it. */
export const checkContract: Rule = (context) => [...dropColumns(context), ...dropTables(context), ...renames(context)];

function columnNames(tables: readonly TableModel[]): Set<string> {
  const names = tables.flatMap((table) => columnsOf(table).map(({ name }) => name));
  return new Set([...names, ...(tables.some(isSoftDeleted) ? ["deleted_at"] : [])]);
}

function dropColumns(context: RuleContext): Finding[] {
  return alterCommands(context, tableKey).flatMap(({ relation, command, start, end }) => {
    const own = (context.tables ?? []).filter(({ name }) => name === tableKey(relation));
    const column = command.name ?? "";
    if (command.subtype !== "AT_DropColumn" || !columnNames(own).has(column)) return [];
    return [
      {
        code: "MC030",
        message: `The resource "${tableKey(relation)}" reads the column "${column}": its endpoints fail from then on.`,
        fix: `Take the field "${column}" out of the resource and release that everywhere; drop the column in a later release.`,
        // What lets the version without the field insert rows while the column is there.
        example: `ALTER TABLE ${tableSql(relation)} ALTER COLUMN ${identifier(column)} DROP NOT NULL;`,
        start,
        end,
      },
    ];
  });
}

function dropTables(context: RuleContext): Finding[] {
  const { node, start, end } = context.statement;
  if (!("DropStmt" in node) || node.DropStmt.removeType !== "OBJECT_TABLE") return [];
  const names = droppedNames(context).filter(
    (name) => !context.schema.isNew(name) && context.tables?.some((table) => table.name === name),
  );
  return names.map((name) => ({
    code: "MC031",
    message: `The resource "${name}" reads the table: its endpoints fail from then on.`,
    fix: "Remove the resource and release that everywhere; drop the table in a later release.",
    start,
    end,
  }));
}

function renames(context: RuleContext): Finding[] {
  const { node, start, end } = context.statement;
  const place = { start, end };
  if ("AlterObjectSchemaStmt" in node && node.AlterObjectSchemaStmt.objectType === "OBJECT_TABLE") {
    const { relation = {}, newschema = "" } = node.AlterObjectSchemaStmt;
    return renamedTable(context, relation, {
      ...place,
      target: `${identifier(newschema)}.${identifier(relation.relname ?? "")}`,
    });
  }
  if (!("RenameStmt" in node)) return [];
  const { renameType, relation = {}, subname = "", newname = "", relationType } = node.RenameStmt;
  if (renameType === "OBJECT_TABLE") return renamedTable(context, relation, { ...place, target: identifier(newname) });
  if (renameType !== "OBJECT_COLUMN" || relationType !== "OBJECT_TABLE") return [];
  if (context.schema.isNew(tableKey(relation)) || !isRead(context, relation, [subname, newname])) return [];
  const table = tableSql(relation);
  const [from, to] = [identifier(subname), identifier(newname)];
  const known = context.schema.table(tableKey(relation));
  return [
    {
      ...place,
      code: "MC032",
      message: `The running version reads ${from}, the next one ${to}: there is no moment at which both work.`,
      fix: "Add the new column beside the old one and keep both filled; drop the old one in a later release.",
      example: separately(
        `ALTER TABLE ${table} ADD COLUMN ${to} ${typeOf(context, relation, subname)}`,
        inBatches({ table, known, statement: `UPDATE ${table} SET ${to} = ${from}` }),
      ),
    },
  ];
}

/** The type as the migrations wrote it last is not kept, only its name; `text` stands for one they do not tell. */
function typeOf({ schema }: RuleContext, relation: RangeVar, column: string): string {
  const type = schema.table(tableKey(relation))?.types.get(column);
  const names = (type?.names ?? []).flatMap((node) => ("String" in node ? [node.String.sval ?? ""] : []));
  const modifiers = (type?.typmods ?? []).flatMap((node) => ("A_Const" in node ? [node.A_Const.ival?.ival ?? 0] : []));
  if (names.length === 0) return "text";
  const name = names.map(identifier).join(".");
  return `${name}${modifiers.length === 0 ? "" : `(${modifiers.join(", ")})`}${"[]".repeat(type?.arrayBounds?.length ?? 0)}`;
}

/** Without knowing the resources, everything is taken to be read. */
function isRead({ tables }: RuleContext, relation: RangeVar, columns: readonly string[]): boolean {
  if (tables === undefined) return true;
  const names = columnNames(tables.filter(({ name }) => name === tableKey(relation)));
  return columns.some((column) => names.has(column));
}

function renamedTable(
  { schema, tables }: RuleContext,
  relation: RangeVar,
  { target, ...place }: { readonly target: string; readonly start: number; readonly end: number },
): Finding[] {
  const key = tableKey(relation);
  const names = [key, target.replaceAll('"', "")];
  if (schema.isNew(key) || (tables !== undefined && !tables.some(({ name }) => names.includes(name)))) return [];
  return [
    {
      ...place,
      code: "MC033",
      message: `The running version reads ${tableSql(relation)}, the next one ${target}: there is no moment at which both work.`,
      fix: "Give the other name to a view of the table; rename the table in a later release.",
      example: `CREATE VIEW ${target} AS SELECT * FROM ${tableSql(relation)};`,
    },
  ];
}
