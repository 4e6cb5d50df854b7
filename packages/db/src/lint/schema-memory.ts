import type { AlterTableCmd, ColumnDef, Constraint, CreateStmt, Node, TypeName } from "libpg-query";
import { keyOf, stringsOf, tableKey, typeKey } from "./names.ts";
import { findNodes } from "./walk.ts";

/** A CHECK constraint as far as the migrations tell. */
interface KnownCheck {
  readonly expression: Node | undefined;
  readonly isValid: boolean;
}

/** A table as far as the migrations tell. */
export interface KnownTable {
  readonly types: Map<string, TypeName | undefined>;
  readonly checks: Map<string, KnownCheck>;
  /** Columns that get a value when an INSERT leaves them out. */
  readonly defaults: Set<string>;
  primaryKey: string | undefined;
}

function emptyTable(): KnownTable {
  return { types: new Map(), checks: new Map(), defaults: new Set(), primaryKey: undefined };
}

/** What the statements so far have made; it is what the database looks like when the folder is its whole history. */
export interface SchemaMemory {
  /** Tables this run made. */
  newTables(): string[];
  /** Made by this run, so that it has no rows and no users yet. */
  isNew(table: string): boolean;
  isNewIndex(index: string): boolean;
  isNewType(type: string): boolean;
  table(table: string): KnownTable | undefined;
  /** A validated CHECK says that the column is not null, so that SET NOT NULL need not look. */
  isProvenNotNull(table: string, column: string): boolean;
  remember(node: Node): void;
  /** From here on, what was made before has rows and users, but for these tables. */
  startRun(newTables?: readonly string[]): void;
}

export function createSchemaMemory(newTables: readonly string[] = []): SchemaMemory {
  const tables = new Map<string, KnownTable>();
  const made = { tables: new Set(newTables), indexes: new Set<string>(), types: new Set<string>() };

  const create = ({ relation = {}, tableElts = [] }: CreateStmt): void => {
    const key = tableKey(relation);
    const table: KnownTable = emptyTable();
    tables.set(key, table);
    made.tables.add(key);
    for (const element of tableElts) {
      if ("ColumnDef" in element) rememberColumn(table, key, element.ColumnDef);
      if ("Constraint" in element) rememberConstraint(table, key, element.Constraint);
    }
  };
  const rename = (from: string, to: string): void => {
    const table = tables.get(from);
    if (table !== undefined) tables.set(to, table);
    tables.delete(from);
    if (made.tables.delete(from)) made.tables.add(to);
  };

  return {
    newTables: () => [...made.tables],
    isNew: (table) => made.tables.has(table),
    isNewIndex: (index) => made.indexes.has(index),
    isNewType: (type) => made.types.has(type),
    table: (table) => tables.get(table),
    isProvenNotNull(table, column) {
      const checks = [...(tables.get(table)?.checks.values() ?? [])];
      return checks.some(({ isValid, expression }) => isValid && saysNotNull(expression, column));
    },
    startRun(stillNew = []) {
      for (const names of Object.values(made)) names.clear();
      for (const name of stillNew) made.tables.add(name);
    },
    remember(node) {
      if ("CreateStmt" in node) create(node.CreateStmt);
      else if ("CreateTableAsStmt" in node) made.tables.add(tableKey(node.CreateTableAsStmt.into?.rel ?? {}));
      else if ("CreateEnumStmt" in node) made.types.add(keyOf(stringsOf(node.CreateEnumStmt.typeName)));
      else if ("IndexStmt" in node) {
        const { idxname, relation = {} } = node.IndexStmt;
        if (idxname !== undefined && made.tables.has(tableKey(relation))) made.indexes.add(idxname);
      } else if ("DropStmt" in node && node.DropStmt.removeType === "OBJECT_TABLE") {
        for (const name of node.DropStmt.objects ?? []) {
          tables.delete(keyOf(stringsOf([name])));
          made.tables.delete(keyOf(stringsOf([name])));
        }
      } else if ("RenameStmt" in node) {
        const { renameType, relation = {}, subname = "", newname = "" } = node.RenameStmt;
        if (renameType === "OBJECT_TABLE") rename(tableKey(relation), keyOf([relation.schemaname, newname]));
        const table = tables.get(tableKey(relation));
        if (renameType === "OBJECT_COLUMN" && table !== undefined) {
          table.types.set(newname, table.types.get(subname));
          table.types.delete(subname);
          if (table.defaults.delete(subname)) table.defaults.add(newname);
        }
      } else if ("AlterTableStmt" in node) {
        const { relation = {}, cmds = [] } = node.AlterTableStmt;
        const key = tableKey(relation);
        const known = tables.get(key);
        // A table the folder did not make can still be learned about, from what is done to it.
        const table = known ?? emptyTable();
        if (known === undefined) tables.set(key, table);
        for (const cmd of cmds) if ("AlterTableCmd" in cmd) rememberCommand(table, key, cmd.AlterTableCmd);
      }
    },
  };
}

function rememberCommand(table: KnownTable, key: string, { subtype, name = "", def }: AlterTableCmd): void {
  const column = def !== undefined && "ColumnDef" in def ? def.ColumnDef : undefined;
  if (subtype === "AT_AddColumn" && column !== undefined) rememberColumn(table, key, column);
  else if (subtype === "AT_AlterColumnType" && column !== undefined) table.types.set(name, column.typeName);
  else if (subtype === "AT_DropColumn") {
    table.types.delete(name);
    table.defaults.delete(name);
  } else if (subtype === "AT_AddIdentity" || (subtype === "AT_ColumnDefault" && def !== undefined)) {
    table.defaults.add(name);
  } else if (subtype === "AT_ColumnDefault") table.defaults.delete(name);
  else if (subtype === "AT_DropConstraint") table.checks.delete(name);
  else if (subtype === "AT_ValidateConstraint") {
    const check = table.checks.get(name);
    if (check !== undefined) table.checks.set(name, { ...check, isValid: true });
  } else if (subtype === "AT_AddConstraint" && def !== undefined && "Constraint" in def) {
    rememberConstraint(table, key, def.Constraint);
  }
}

const SERIAL_TYPES = new Set(["serial", "serial4", "bigserial", "serial8", "smallserial", "serial2"]);
const GIVES_VALUE = new Set<Constraint["contype"]>(["CONSTR_DEFAULT", "CONSTR_IDENTITY", "CONSTR_GENERATED"]);

function rememberColumn(table: KnownTable, key: string, { colname = "", typeName, constraints = [] }: ColumnDef): void {
  table.types.set(colname, typeName);
  if (SERIAL_TYPES.has(typeKey(typeName))) table.defaults.add(colname);
  for (const node of constraints) {
    if (!("Constraint" in node)) continue;
    const { contype, conname } = node.Constraint;
    if (GIVES_VALUE.has(contype)) table.defaults.add(colname);
    if (contype === "CONSTR_PRIMARY") table.primaryKey = colname;
    else rememberConstraint(table, key, { ...node.Constraint, conname: conname ?? `${key}_${colname}_check` });
  }
}

function rememberConstraint(table: KnownTable, key: string, constraint: Constraint): void {
  const { contype, conname = `${key}_check`, raw_expr: expression, skip_validation: isUnchecked = false } = constraint;
  if (contype === "CONSTR_CHECK") table.checks.set(conname, { expression, isValid: !isUnchecked });
  const [key1, ...more] = stringsOf(constraint.keys);
  if (contype === "CONSTR_PRIMARY" && more.length === 0) table.primaryKey = key1;
}

/** `column IS NOT NULL`, alone or as one part of an AND. */
export function saysNotNull(expression: Node | undefined, column: string): boolean {
  if (expression === undefined) return false;
  if ("BoolExpr" in expression && expression.BoolExpr.boolop === "AND_EXPR") {
    return (expression.BoolExpr.args ?? []).some((part) => saysNotNull(part, column));
  }
  if (!("NullTest" in expression) || expression.NullTest.nulltesttype !== "IS_NOT_NULL") return false;
  return findNodes(expression.NullTest.arg, "ColumnRef").some(({ fields }) => stringsOf(fields).at(-1) === column);
}
