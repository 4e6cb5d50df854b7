import type { AlterTableCmd, Node, RangeVar } from "libpg-query";
import { identifier } from "../../migrate/sql-text.ts";
import type { ContractTable, LiveRelease } from "../../migrate/release-contract.ts";
import type { Finding } from "../finding.ts";
import { tableKey, tableSql } from "../names.ts";
import { alterCommands, type Rule, type RuleContext } from "../rule.ts";
import { saysNotNull } from "../schema-memory.ts";
import { findNodes } from "../walk.ts";
import { droppedNames } from "./whole-table.ts";

/** What is taken away from releases that may still be serving, whatever the resources say by now. */
export const checkLiveReleases: Rule = (context) =>
  context.releases.length === 0
    ? []
    : [...dropColumns(context), ...dropTables(context), ...renames(context), ...requireColumns(context)];

/** A release with what it does with the table in question. */
interface User {
  readonly release: string;
  readonly table: ContractTable;
}

function usersOf(releases: readonly LiveRelease[], key: string): User[] {
  return releases.flatMap(({ release, contract }) =>
    contract.tables.filter(({ name }) => name === key).map((table) => ({ release, table })),
  );
}

function usesColumn({ table }: User, column: string): boolean {
  return table.columns.some(({ name, reads, writes }) => name === column && (reads || writes));
}

function dropColumns(context: RuleContext): Finding[] {
  return alterCommands(context, tableKey).flatMap(({ relation, command, start, end }) => {
    const { subtype, name: column = "" } = command;
    if (subtype !== "AT_DropColumn") return [];
    const users = usersOf(context.releases, tableKey(relation)).filter((user) => usesColumn(user, column));
    return taken({ users, what: columnOf(column, relation), place: { start, end } });
  });
}

function dropTables(context: RuleContext): Finding[] {
  const { node, start, end } = context.statement;
  // A view may stand behind the name since the table was renamed.
  if (!("DropStmt" in node) || !["OBJECT_TABLE", "OBJECT_VIEW"].includes(node.DropStmt.removeType ?? "")) return [];
  const names = droppedNames(context).filter((name) => !context.schema.isNew(name));
  return names.flatMap((name) =>
    taken({ users: usersOf(context.releases, name), what: `the table ${identifier(name)}`, place: { start, end } }),
  );
}

function renames(context: RuleContext): Finding[] {
  const { node, start, end } = context.statement;
  const renamed = renamedThing(node);
  if (renamed === undefined || context.schema.isNew(tableKey(renamed.relation))) return [];
  const { relation, column } = renamed;
  if (isGivenBack(context, renamed)) return [];
  const users = usersOf(context.releases, tableKey(relation));
  const place = { start, end };
  if (column === undefined) return taken({ users, what: `the table ${tableSql(relation)}`, place });
  return taken({ users: users.filter((user) => usesColumn(user, column)), what: columnOf(column, relation), place });
}

interface Renamed {
  readonly relation: RangeVar;
  /** Undefined when it is the table that changes its name. */
  readonly column: string | undefined;
}

function renamedThing(node: Node): Renamed | undefined {
  if ("AlterObjectSchemaStmt" in node && node.AlterObjectSchemaStmt.objectType === "OBJECT_TABLE") {
    return { relation: node.AlterObjectSchemaStmt.relation ?? {}, column: undefined };
  }
  if (!("RenameStmt" in node)) return undefined;
  const { renameType, relationType, relation = {}, subname } = node.RenameStmt;
  if (renameType === "OBJECT_TABLE") return { relation, column: undefined };
  return renameType === "OBJECT_COLUMN" && relationType === "OBJECT_TABLE" ? { relation, column: subname } : undefined;
}

/** Later in the same transaction something else takes the name: a view in front of the table, or the column's successor. */
function isGivenBack({ script, statement }: RuleContext, { relation, column }: Renamed): boolean {
  if (!script.isTransactional) return false;
  const key = tableKey(relation);
  return script.statements.some(({ node, start }) => {
    if (start <= statement.start) return false;
    if (column === undefined && "ViewStmt" in node) return tableKey(node.ViewStmt.view ?? {}) === key;
    if (!("RenameStmt" in node)) return false;
    const { renameType, relation: other = {}, newname } = node.RenameStmt;
    if (column === undefined) return renameType === "OBJECT_TABLE" && newname === relation.relname;
    return renameType === "OBJECT_COLUMN" && tableKey(other) === key && newname === column;
  });
}

function columnOf(column: string, relation: RangeVar): string {
  return `the column ${identifier(column)} of ${tableSql(relation)}`;
}

interface Taken {
  readonly users: readonly User[];
  readonly what: string;
  readonly place: { readonly start: number; readonly end: number };
}

function taken({ users, what, place }: Taken): Finding[] {
  if (users.length === 0) return [];
  return [
    {
      ...place,
      code: "MC034",
      message: `${liveNames(users)} ${what}: what is sent to it fails from then on.`,
      fix: `${howToRetire(users)} Until then keep the file in \`_later\`.`,
    },
  ];
}

function requireColumns(context: RuleContext): Finding[] {
  return alterCommands(context, tableKey).flatMap(({ relation, command, start, end }) => {
    const key = tableKey(relation);
    return requiredColumns(command)
      .filter((column) => !context.schema.isProvenNotNull(key, column))
      .flatMap((column): Finding[] => {
        const hasDefault = context.schema.table(key)?.defaults.has(column) === true;
        const users = usersOf(context.releases, key).filter((user) => leavesEmpty(user, { column, hasDefault }));
        if (users.length === 0) return [];
        return [
          {
            code: "MC035",
            message: `${liveNames(users, "does not fill")} ${columnOf(column, relation)}: its writes fail from then on.`,
            fix: `${howToRetire(users)} Or give the column a default first.`,
            start,
            end,
          },
        ];
      });
  });
}

/** Columns that may be NULL before the command and not after it. */
function requiredColumns({ subtype, name = "", def }: AlterTableCmd): string[] {
  if (subtype === "AT_SetNotNull") return [name];
  if (subtype === "AT_AddColumn" && def !== undefined && "ColumnDef" in def) {
    const kinds = findNodes(def.ColumnDef.constraints, "Constraint").map(({ contype }) => contype);
    const givesValue = ["CONSTR_DEFAULT", "CONSTR_IDENTITY", "CONSTR_GENERATED"] as const;
    const isRequired = kinds.includes("CONSTR_NOTNULL") && !givesValue.some((kind) => kinds.includes(kind));
    return isRequired ? [def.ColumnDef.colname ?? ""] : [];
  }
  if (subtype !== "AT_AddConstraint" || def === undefined || !("Constraint" in def)) return [];
  const { contype, keys, raw_expr: expression } = def.Constraint;
  if (contype === "CONSTR_NOTNULL") return findNodes(keys, "String").map(({ sval = "" }) => sval);
  if (contype !== "CONSTR_CHECK") return [];
  const named = findNodes(expression, "ColumnRef").flatMap(({ fields }) => findNodes(fields, "String"));
  return [...new Set(named.map(({ sval = "" }) => sval))].filter((column) => saysNotNull(expression, column));
}

/** Some write of the release leaves NULL in the column. */
function leavesEmpty(
  { table }: User,
  { column, hasDefault }: { readonly column: string; readonly hasDefault: boolean },
): boolean {
  const known = table.columns.find(({ name }) => name === column);
  if (known?.fills === true) return false;
  // A column that is left out of an INSERT gets its default; one that is written may be written as NULL.
  return known?.writes === true || (table.inserts && !hasDefault);
}

const MOST_NAMES = 3;

function namesOf(users: readonly User[]): string[] {
  return [...new Set(users.map(({ release }) => release))];
}

function liveNames(users: readonly User[], verb = "uses"): string {
  const names = namesOf(users);
  const shown = names.slice(0, MOST_NAMES).map((name) => `"${name}"`);
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : "";
  if (names.length === 1) return `The live release ${shown.join()} ${verb}`;
  return `Each of the live releases ${shown.join(", ")}${more} ${verb}`;
}

function howToRetire(users: readonly User[]): string {
  const [first = "", ...others] = namesOf(users);
  const each = others.length > 0 ? ", and the others" : "";
  return `Once no process of it is left, say so: \`shaperail releases retire ${first}\`${each}.`;
}
